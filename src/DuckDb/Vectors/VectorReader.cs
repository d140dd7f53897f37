using System.Runtime.CompilerServices;
using System.Text;
using LakehouseOperator.DuckDb.Native;
using LakehouseOperator.DuckDb.Types;

namespace LakehouseOperator.DuckDb.Vectors;

/// <summary>
/// Reads one column of a chunk in place. Rows are not checked against NULL by the typed getters: ask <see cref="IsNull"/> first, or use
/// <see cref="ReadValue"/>. Valid as long as its chunk.
/// </summary>
public readonly unsafe struct VectorReader
{
    private readonly DataChunk chunk;
    private readonly nint vector;
    private readonly void* values;
    private readonly ulong* validity;

    internal VectorReader(DataChunk chunk, nint vector, DuckDbType type)
    {
        this.chunk = chunk;
        this.vector = vector;
        values = NativeMethods.duckdb_vector_get_data(vector);
        validity = NativeMethods.duckdb_vector_get_validity(vector);
        Type = type;
    }

    public DuckDbType Type { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsNull(int row) => validity is not null && (validity[row >> 6] & (1UL << (row & 63))) == 0;

    /// <summary>The vector's physical values: fixed-width types as DuckDB lays them out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Get<T>(int row)
        where T : unmanaged => ((T*)values)[row];

    public bool GetBoolean(int row) => Get<byte>(row) != 0;

    /// <summary>TINYINT to BIGINT and UTINYINT to UINTEGER, widened.</summary>
    public long GetInt64(int row) => Type.Id switch
    {
        DuckDbTypeId.BigInt => Get<long>(row),
        DuckDbTypeId.Integer => Get<int>(row),
        DuckDbTypeId.SmallInt => Get<short>(row),
        DuckDbTypeId.TinyInt => Get<sbyte>(row),
        DuckDbTypeId.UInteger => Get<uint>(row),
        DuckDbTypeId.USmallInt => Get<ushort>(row),
        DuckDbTypeId.UTinyInt => Get<byte>(row),
        DuckDbTypeId.HugeInt => checked((long)GetInt128(row)),
        DuckDbTypeId.UBigInt => checked((long)Get<ulong>(row)),
        _ => throw NotOf("an integer"),
    };

    public Int128 GetInt128(int row)
    {
        var value = Get<NativeHugeInt>(row);
        return new Int128((ulong)value.Upper, value.Lower);
    }

    /// <summary>The bytes of a VARCHAR or BLOB, in the chunk's memory.</summary>
    public ReadOnlySpan<byte> GetUtf8(int row)
    {
        var text = (NativeString*)values + row;
        return new ReadOnlySpan<byte>(text->Length <= NativeString.InlineLength ? text->Inline : text->Pointer, checked((int)text->Length));
    }

    public string GetString(int row) => Encoding.UTF8.GetString(GetUtf8(row));

    public DuckDbDecimal GetDecimal(int row) => new(
        Type.Width switch
        {
            <= 4 => Get<short>(row),
            <= 9 => Get<int>(row),
            <= 18 => Get<long>(row),
            _ => GetInt128(row),
        },
        Type.Scale);

    public Guid GetGuid(int row)
    {
        // The top bit is flipped so that signed comparison orders as the text does.
        var value = Get<NativeHugeInt>(row);
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)value.Upper ^ (1UL << 63));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], value.Lower);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The element range of a LIST or MAP in <see cref="Child"/>; of an ARRAY computed.</summary>
    public Range GetRange(int row)
    {
        if (Type.Id == DuckDbTypeId.Array)
            return new Range(row * Type.Width, (row + 1) * Type.Width);
        var entry = Get<NativeListEntry>(row);
        return new Range((int)entry.Offset, (int)(entry.Offset + entry.Length));
    }

    /// <summary>The elements of a LIST or ARRAY; of a MAP a STRUCT of key and value; otherwise the member of a STRUCT (of a UNION: 0 is the tag).</summary>
    public VectorReader Child(int member = 0) => Type.Id switch
    {
        DuckDbTypeId.List => new VectorReader(chunk, NativeMethods.duckdb_list_vector_get_child(vector), Type.Fields![0].Type),
        DuckDbTypeId.Array => new VectorReader(chunk, NativeMethods.duckdb_array_vector_get_child(vector), Type.Fields![0].Type),
        DuckDbTypeId.Map => new VectorReader(chunk, NativeMethods.duckdb_list_vector_get_child(vector), DuckDbType.Struct(Type.Fields!)),
        DuckDbTypeId.Struct => new VectorReader(chunk, NativeMethods.duckdb_struct_vector_get_child(vector, (ulong)member), Type.Fields![member].Type),
        DuckDbTypeId.Union => new VectorReader(
            chunk,
            NativeMethods.duckdb_struct_vector_get_child(vector, (ulong)member),
            member == 0 ? new DuckDbType(DuckDbTypeId.UTinyInt) : Type.Fields![member - 1].Type),
        _ => throw NotOf("nested"),
    };

    /// <summary>
    /// The value as an object: null; bool; sbyte … ulong; Int128, UInt128; float, double; <see cref="DuckDbDecimal"/>; string (VARCHAR, ENUM, JSON);
    /// byte[]; DateOnly; DateTimeOffset (all timestamps, taken as UTC; TIMESTAMP_NS cut to 100 ns); TimeSpan (TIME); <see cref="DuckDbInterval"/>;
    /// Guid; <see cref="DuckDbFarDate"/> and <see cref="DuckDbFarTimestamp"/> beyond .NET's calendar; object?[] (LIST, ARRAY);
    /// Dictionary&lt;string, object?&gt; (STRUCT); KeyValuePair&lt;object, object?&gt;[] (MAP); a UNION's member.
    /// </summary>
    /// <exception cref="NotSupportedException">BIT, TIMETZ, BIGNUM, GEOMETRY, VARIANT: cast to VARCHAR in the SQL.</exception>
    public object? ReadValue(int row) => VectorValue.Read(this, row);

    private InvalidOperationException NotOf(string kind) => new($"the column is {Type}, not {kind}");
}
