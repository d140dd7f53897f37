using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace LakehouseOperator.DuckDb.Native;

internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library)]
    internal static partial nint duckdb_create_table_function();

    [LibraryImport(Library)]
    internal static partial void duckdb_destroy_table_function(ref nint function);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void duckdb_table_function_set_name(TableFunctionHandle function, string name);

    [LibraryImport(Library)]
    internal static partial void duckdb_table_function_add_parameter(TableFunctionHandle function, LogicalTypeHandle type);

    [LibraryImport(Library)]
    internal static partial void duckdb_table_function_set_extra_info(
        TableFunctionHandle function, nint extra, delegate* unmanaged[Cdecl]<nint, void> destroy);

    [LibraryImport(Library)]
    internal static partial void duckdb_table_function_set_bind(TableFunctionHandle function, delegate* unmanaged[Cdecl]<nint, void> bind);

    [LibraryImport(Library)]
    internal static partial void duckdb_table_function_set_init(TableFunctionHandle function, delegate* unmanaged[Cdecl]<nint, void> init);

    [LibraryImport(Library)]
    internal static partial void duckdb_table_function_set_local_init(TableFunctionHandle function, delegate* unmanaged[Cdecl]<nint, void> init);

    [LibraryImport(Library)]
    internal static partial void duckdb_table_function_set_function(TableFunctionHandle function, delegate* unmanaged[Cdecl]<nint, nint, void> read);

    [LibraryImport(Library)]
    internal static partial void duckdb_table_function_supports_projection_pushdown(
        TableFunctionHandle function, [MarshalAs(UnmanagedType.U1)] bool pushdown);

    [LibraryImport(Library)]
    internal static partial NativeState duckdb_register_table_function(ConnectionHandle connection, TableFunctionHandle function);

    [LibraryImport(Library)]
    internal static partial nint duckdb_bind_get_extra_info(nint bind);

    [LibraryImport(Library)]
    internal static partial ulong duckdb_bind_get_parameter_count(nint bind);

    [LibraryImport(Library)]
    internal static partial nint duckdb_bind_get_parameter(nint bind, ulong index);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void duckdb_bind_add_result_column(nint bind, string name, LogicalTypeHandle type);

    [LibraryImport(Library)]
    internal static partial void duckdb_bind_set_cardinality(nint bind, ulong cardinality, [MarshalAs(UnmanagedType.U1)] bool exact);

    [LibraryImport(Library)]
    internal static partial void duckdb_bind_set_bind_data(nint bind, nint data, delegate* unmanaged[Cdecl]<nint, void> destroy);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void duckdb_bind_set_error(nint bind, string error);

    [LibraryImport(Library)]
    internal static partial nint duckdb_init_get_bind_data(nint init);

    [LibraryImport(Library)]
    internal static partial ulong duckdb_init_get_column_count(nint init);

    [LibraryImport(Library)]
    internal static partial ulong duckdb_init_get_column_index(nint init, ulong column);

    [LibraryImport(Library)]
    internal static partial void duckdb_init_set_init_data(nint init, nint data, delegate* unmanaged[Cdecl]<nint, void> destroy);

    [LibraryImport(Library)]
    internal static partial void duckdb_init_set_max_threads(nint init, ulong threads);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void duckdb_init_set_error(nint init, string error);

    [LibraryImport(Library)]
    internal static partial nint duckdb_function_get_init_data(nint function);

    [LibraryImport(Library)]
    internal static partial nint duckdb_function_get_local_init_data(nint function);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void duckdb_function_set_error(nint function, string error);

    [LibraryImport(Library)]
    internal static partial void duckdb_destroy_value(ref nint value);

    [LibraryImport(Library)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool duckdb_is_null_value(nint value);

    [LibraryImport(Library)]
    internal static partial long duckdb_get_int64(nint value);

    [LibraryImport(Library)]
    [return: MarshalUsing(typeof(OwnedString))]
    internal static partial string? duckdb_get_varchar(nint value);
}
