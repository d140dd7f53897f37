using System.Runtime.CompilerServices;
using LakehouseOperator.DuckDb.Native;

namespace LakehouseOperator.DuckDb.Vectors;

/// <summary>
/// Writes one column of a chunk in place, without checks: rows below the vector's capacity, and values of the column's physical type. Valid
/// during the one call that gave it. Rows that nothing is written to hold garbage, so every row is written or set NULL.
/// </summary>
public unsafe struct VectorWriter
{
    /// <summary>Above this, copying takes long enough that the collector should not wait for it.</summary>
    private const int LongText = 4096;

    private readonly nint vector;
    private readonly byte* values;
    private ulong* validity;

    internal VectorWriter(nint vector)
    {
        this.vector = vector;
        values = (byte*)NativeMethods.duckdb_vector_get_data(vector);
        validity = NativeMethods.duckdb_vector_get_validity(vector);
    }

    /// <summary>False for a column that the query does not ask for.</summary>
    public readonly bool IsWanted => vector != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Write<T>(int row, T value)
        where T : unmanaged => ((T*)values)[row] = value;

    public readonly void WriteInt128(int row, Int128 value) =>
        Write(row, new NativeHugeInt { Lower = (ulong)value, Upper = (long)(value >> 64) });

    public readonly void WriteDecimal(int row, Int128 unscaled, int width)
    {
        if (width <= 4)
            Write(row, (short)unscaled);
        else if (width <= 9)
            Write(row, (int)unscaled);
        else if (width <= 18)
            Write(row, (long)unscaled);
        else
            WriteInt128(row, unscaled);
    }

    public readonly void WriteGuid(int row, Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = value.TryWriteBytes(bytes, bigEndian: true, out _);
        Write(row, new NativeHugeInt
        {
            Lower = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            Upper = (long)(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes) ^ (1UL << 63)),
        });
    }

    /// <summary>Copies a VARCHAR or BLOB. The caller vouches that a VARCHAR is well-formed UTF-8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void WriteUtf8(int row, ReadOnlySpan<byte> text)
    {
        var target = (NativeString*)values + row;
        if (text.Length <= NativeString.InlineLength)
        {
            *target = default;
            target->Length = (uint)text.Length;
            text.CopyTo(new Span<byte>(target->Inline, NativeString.InlineLength));
            return;
        }

        fixed (byte* bytes = text)
        {
            if (text.Length <= LongText)
                NativeMethods.duckdb_unsafe_vector_assign_string_element_len(vector, (ulong)row, bytes, (ulong)text.Length);
            else
                NativeMethods.duckdb_unsafe_vector_assign_long_string_element_len(vector, (ulong)row, bytes, (ulong)text.Length);
        }
    }

    public void SetNull(int row)
    {
        EnsureValidity();
        validity[row >> 6] &= ~(1UL << (row & 63));
    }

    /// <summary>Takes a <see cref="SetNull"/> back, where a row is written again.</summary>
    public readonly void SetValid(int row)
    {
        if (validity is not null)
            validity[row >> 6] |= 1UL << (row & 63);
    }

    /// <summary>The range of a LIST's or MAP's elements in <see cref="ListChild"/>.</summary>
    public readonly void WriteRange(int row, int offset, int length) =>
        Write(row, new NativeListEntry { Offset = (ulong)offset, Length = (ulong)length });

    /// <summary>Elements that the lists of this vector hold so far.</summary>
    public readonly int ListSize => (int)NativeMethods.duckdb_list_vector_get_size(vector);

    public readonly void SetListSize(int size) => _ = NativeMethods.duckdb_list_vector_set_size(vector, (ulong)size);

    /// <summary>Makes room for elements; writers of the elements that were taken before are void.</summary>
    public readonly void ReserveList(int capacity) => _ = NativeMethods.duckdb_list_vector_reserve(vector, (ulong)capacity);

    /// <summary>The elements of a LIST, or of a MAP as a struct of key and value. Take it again after <see cref="ReserveList"/>.</summary>
    public readonly VectorWriter ListChild() => new(NativeMethods.duckdb_list_vector_get_child(vector));

    /// <summary>A NULL struct needs its members set NULL too.</summary>
    public readonly VectorWriter StructChild(int member) => new(NativeMethods.duckdb_struct_vector_get_child(vector, (ulong)member));

    private void EnsureValidity()
    {
        if (validity is not null)
            return;
        NativeMethods.duckdb_vector_ensure_validity_writable(vector);
        validity = NativeMethods.duckdb_vector_get_validity(vector);
    }
}
