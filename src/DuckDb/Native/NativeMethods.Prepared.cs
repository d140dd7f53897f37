using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace LakehouseOperator.DuckDb.Native;

internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial NativeState duckdb_prepare(ConnectionHandle connection, string sql, out nint statement);

    [LibraryImport(Library)]
    [return: MarshalUsing(typeof(BorrowedString))]
    internal static partial string? duckdb_prepare_error(PreparedStatementHandle statement);

    [LibraryImport(Library)]
    internal static partial void duckdb_destroy_prepare(ref nint statement);

    [LibraryImport(Library)]
    internal static partial ulong duckdb_nparams(PreparedStatementHandle statement);

    [LibraryImport(Library)]
    internal static partial DuckDbStatementType duckdb_prepared_statement_type(PreparedStatementHandle statement);

    [LibraryImport(Library)]
    internal static partial ulong duckdb_prepared_statement_column_count(PreparedStatementHandle statement);

    [LibraryImport(Library)]
    [return: MarshalUsing(typeof(OwnedString))]
    internal static partial string? duckdb_prepared_statement_column_name(PreparedStatementHandle statement, ulong column);

    [LibraryImport(Library)]
    internal static partial nint duckdb_prepared_statement_column_logical_type(PreparedStatementHandle statement, ulong column);

    [LibraryImport(Library)]
    internal static partial NativeState duckdb_clear_bindings(PreparedStatementHandle statement);

    [LibraryImport(Library)]
    internal static partial NativeState duckdb_bind_null(PreparedStatementHandle statement, ulong index);

    [LibraryImport(Library)]
    internal static partial NativeState duckdb_bind_boolean(PreparedStatementHandle statement, ulong index, [MarshalAs(UnmanagedType.U1)] bool value);

    [LibraryImport(Library)]
    internal static partial NativeState duckdb_bind_int64(PreparedStatementHandle statement, ulong index, long value);

    [LibraryImport(Library)]
    internal static partial NativeState duckdb_bind_hugeint(PreparedStatementHandle statement, ulong index, NativeHugeInt value);

    [LibraryImport(Library)]
    internal static partial NativeState duckdb_bind_double(PreparedStatementHandle statement, ulong index, double value);

    [LibraryImport(Library)]
    internal static partial NativeState duckdb_bind_date(PreparedStatementHandle statement, ulong index, int days);

    [LibraryImport(Library)]
    internal static partial NativeState duckdb_bind_timestamp_tz(PreparedStatementHandle statement, ulong index, long micros);

    [LibraryImport(Library)]
    internal static partial NativeState duckdb_bind_varchar_length(PreparedStatementHandle statement, ulong index, byte* value, ulong length);

    [LibraryImport(Library)]
    internal static partial NativeState duckdb_bind_blob(PreparedStatementHandle statement, ulong index, byte* value, ulong length);

    [LibraryImport(Library)]
    internal static partial NativeState duckdb_execute_prepared(PreparedStatementHandle statement, NativeResult* result);

    [LibraryImport(Library)]
    internal static partial NativeState duckdb_pending_prepared(PreparedStatementHandle statement, out nint pending);

    [LibraryImport(Library)]
    internal static partial NativeState duckdb_pending_prepared_streaming(PreparedStatementHandle statement, out nint pending);

    [LibraryImport(Library)]
    internal static partial DuckDbPendingState duckdb_pending_execute_task(PendingHandle pending);

    [LibraryImport(Library)]
    internal static partial NativeState duckdb_execute_pending(PendingHandle pending, NativeResult* result);

    [LibraryImport(Library)]
    [return: MarshalUsing(typeof(BorrowedString))]
    internal static partial string? duckdb_pending_error(PendingHandle pending);

    [LibraryImport(Library)]
    internal static partial void duckdb_destroy_pending(ref nint pending);
}
