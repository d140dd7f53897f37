using System.Runtime.InteropServices;
using LakehouseOperator.DuckDb.Native;

namespace LakehouseOperator.DuckDb.Types;

/// <summary>Between <see cref="DuckDbType"/> and <c>duckdb_logical_type</c>.</summary>
internal static unsafe class NativeType
{
    public static DuckDbType Read(LogicalTypeHandle type)
    {
        var id = NativeMethods.duckdb_get_type_id(type);
        var alias = NativeMethods.duckdb_logical_type_get_alias(type);
        var read = id switch
        {
            DuckDbTypeId.Decimal => DuckDbType.Decimal(NativeMethods.duckdb_decimal_width(type), NativeMethods.duckdb_decimal_scale(type)),
            DuckDbTypeId.Enum => DuckDbType.Enum(Values(type)),
            DuckDbTypeId.List => DuckDbType.List(Child(NativeMethods.duckdb_list_type_child_type(type))),
            DuckDbTypeId.Array => DuckDbType.List(Child(NativeMethods.duckdb_array_type_child_type(type))) with
            {
                Id = DuckDbTypeId.Array,
                Width = (int)NativeMethods.duckdb_array_type_array_size(type),
            },
            DuckDbTypeId.Map => DuckDbType.Map(
                Child(NativeMethods.duckdb_map_type_key_type(type)), Child(NativeMethods.duckdb_map_type_value_type(type))),
            DuckDbTypeId.Struct => DuckDbType.Struct(StructFields(type)),
            DuckDbTypeId.Union => new DuckDbType(id, Fields: UnionFields(type)),
            _ => new DuckDbType(id),
        };
        return string.IsNullOrEmpty(alias) ? read : read with { Alias = alias };
    }

    public static LogicalTypeHandle Create(DuckDbType type)
    {
        var handle = new LogicalTypeHandle(CreateNative(type));
        if (handle.IsInvalid || NativeMethods.duckdb_get_type_id(handle) == DuckDbTypeId.Invalid)
            throw new ArgumentException($"DuckDB makes no type of {type}", nameof(type));
        if (type.Alias is { } alias)
            NativeMethods.duckdb_logical_type_set_alias(handle, alias);
        return handle;
    }

    private static nint CreateNative(DuckDbType type)
    {
        switch (type.Id)
        {
            case DuckDbTypeId.Decimal:
                return NativeMethods.duckdb_create_decimal_type((byte)type.Width, (byte)type.Scale);
            case DuckDbTypeId.Enum:
                using (var names = new Utf8Array(type.EnumValues!))
                    return NativeMethods.duckdb_create_enum_type(names.Pointer, (ulong)type.EnumValues!.Count);
            case DuckDbTypeId.List:
                using (var element = Create(type.Fields![0].Type))
                    return NativeMethods.duckdb_create_list_type(element);
            case DuckDbTypeId.Array:
                using (var element = Create(type.Fields![0].Type))
                    return NativeMethods.duckdb_create_array_type(element, (ulong)type.Width);
            case DuckDbTypeId.Map:
                using (var key = Create(type.Fields![0].Type))
                using (var value = Create(type.Fields[1].Type))
                    return NativeMethods.duckdb_create_map_type(key, value);
            case DuckDbTypeId.Struct:
                return CreateStruct(type.Fields!);
            default:
                return NativeMethods.duckdb_create_logical_type(type.Id);
        }
    }

    private static nint CreateStruct(IReadOnlyList<DuckDbField> fields)
    {
        var handles = new LogicalTypeHandle[fields.Count];
        var natives = new nint[fields.Count];
        try
        {
            for (var i = 0; i < handles.Length; i++)
            {
                handles[i] = Create(fields[i].Type);
                natives[i] = handles[i].DangerousGetHandle();
            }

            using var names = new Utf8Array(fields.Select(static field => field.Name).ToArray());
            fixed (nint* types = natives)
                return NativeMethods.duckdb_create_struct_type(types, names.Pointer, (ulong)natives.Length);
        }
        finally
        {
            foreach (var handle in handles)
                handle?.Dispose();
        }
    }

    private static DuckDbType Child(nint native)
    {
        using var handle = new LogicalTypeHandle(native);
        return Read(handle);
    }

    private static string[] Values(LogicalTypeHandle type)
    {
        var values = new string[NativeMethods.duckdb_enum_dictionary_size(type)];
        for (var i = 0; i < values.Length; i++)
            values[i] = NativeMethods.duckdb_enum_dictionary_value(type, (ulong)i) ?? "";
        return values;
    }

    private static DuckDbField[] StructFields(LogicalTypeHandle type)
    {
        var fields = new DuckDbField[NativeMethods.duckdb_struct_type_child_count(type)];
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i] = new DuckDbField(
                NativeMethods.duckdb_struct_type_child_name(type, (ulong)i) ?? "", Child(NativeMethods.duckdb_struct_type_child_type(type, (ulong)i)));
        }

        return fields;
    }

    private static DuckDbField[] UnionFields(LogicalTypeHandle type)
    {
        var fields = new DuckDbField[NativeMethods.duckdb_union_type_member_count(type)];
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i] = new DuckDbField(
                NativeMethods.duckdb_union_type_member_name(type, (ulong)i) ?? "", Child(NativeMethods.duckdb_union_type_member_type(type, (ulong)i)));
        }

        return fields;
    }

    /// <summary>A <c>const char **</c> for the length of a call.</summary>
    private readonly ref struct Utf8Array
    {
        private readonly int count;

        public Utf8Array(IReadOnlyList<string> texts)
        {
            count = texts.Count;
            Pointer = (byte**)NativeMemory.Alloc((nuint)Math.Max(1, count), (nuint)sizeof(byte*));
            for (var i = 0; i < count; i++)
                Pointer[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        }

        public byte** Pointer { get; }

        public void Dispose()
        {
            for (var i = 0; i < count; i++)
                Marshal.FreeCoTaskMem((nint)Pointer[i]);
            NativeMemory.Free(Pointer);
        }
    }
}
