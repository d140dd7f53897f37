using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LakehouseOperator.DuckDb.Native;
using LakehouseOperator.DuckDb.Types;
using LakehouseOperator.DuckDb.Vectors;

namespace LakehouseOperator.DuckDb.TableFunctions;

/// <summary>
/// The native side of table functions. Objects travel through DuckDB as GC handles that its delete callbacks free. An exception that left
/// one of these callbacks would end the process, so each is a boundary that reports it by <c>set_error</c>.
/// </summary>
internal static unsafe class TableFunctionRegistration
{
    public static void Register(ConnectionHandle connection, TableFunction function)
    {
        using var native = new TableFunctionHandle(NativeMethods.duckdb_create_table_function());
        NativeMethods.duckdb_table_function_set_name(native, function.Name);
        foreach (var parameter in function.Parameters)
        {
            using var type = NativeType.Create(parameter);
            NativeMethods.duckdb_table_function_add_parameter(native, type);
        }

        NativeMethods.duckdb_table_function_set_extra_info(native, Hold(function), &Drop);
        NativeMethods.duckdb_table_function_set_bind(native, &Bind);
        NativeMethods.duckdb_table_function_set_init(native, &Open);
        NativeMethods.duckdb_table_function_set_local_init(native, &OpenReader);
        NativeMethods.duckdb_table_function_set_function(native, &Read);
        NativeMethods.duckdb_table_function_supports_projection_pushdown(native, function.SkipsUnusedColumns);
        if (NativeMethods.duckdb_register_table_function(connection, native) != NativeState.Success)
            throw new DuckDbException(DuckDbErrorType.Catalog, $"DuckDB did not take the table function \"{function.Name}\"");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Bind(nint info)
    {
        try
        {
            var function = Get<TableFunction>(NativeMethods.duckdb_bind_get_extra_info(info));
            var binding = function.Bind(ReadArguments(info, function.Parameters));
            foreach (var column in binding.Columns)
            {
                using var type = NativeType.Create(column.Type);
                NativeMethods.duckdb_bind_add_result_column(info, column.Name, type);
            }

            if (binding.EstimatedRows is { } rows)
                NativeMethods.duckdb_bind_set_cardinality(info, (ulong)rows, exact: false);
            NativeMethods.duckdb_bind_set_bind_data(info, Hold(new Bound(binding, function.SkipsUnusedColumns)), &Drop);
        }
        catch (Exception e)
        {
            NativeMethods.duckdb_bind_set_error(info, Describe(e));
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Open(nint info)
    {
        try
        {
            var (binding, skipsUnused) = Get<Bound>(NativeMethods.duckdb_init_get_bind_data(info));
            var slots = skipsUnused ? ReadSlots(info, binding.Columns.Count) : [.. Enumerable.Range(0, binding.Columns.Count)];
            var scan = binding.Open();
            NativeMethods.duckdb_init_set_init_data(info, Hold(new ScanState(scan, slots)), &Drop);
            NativeMethods.duckdb_init_set_max_threads(info, (ulong)Math.Max(1, scan.MaxThreads));
        }
        catch (Exception e)
        {
            NativeMethods.duckdb_init_set_error(info, Describe(e));
        }
    }

    /// <summary>The local init is not given the scan, so the reader is opened by the first read of its thread.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OpenReader(nint info)
    {
        try
        {
            NativeMethods.duckdb_init_set_init_data(info, Hold(new ReaderState()), &Drop);
        }
        catch (Exception e)
        {
            NativeMethods.duckdb_init_set_error(info, Describe(e));
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Read(nint info, nint chunk)
    {
        try
        {
            var scan = Get<ScanState>(NativeMethods.duckdb_function_get_init_data(info));
            var state = Get<ReaderState>(NativeMethods.duckdb_function_get_local_init_data(info));
            var reader = state.Reader ??= scan.Scan.OpenReader();
            NativeMethods.duckdb_data_chunk_set_size(chunk, (ulong)reader.Read(new ChunkWriter(chunk, scan.Slots)));
        }
        catch (Exception e)
        {
            NativeMethods.duckdb_function_set_error(info, Describe(e));
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Drop(nint held)
    {
        try
        {
            var handle = GCHandle.FromIntPtr(held);
            var target = handle.Target;
            handle.Free();
            (target as IDisposable)?.Dispose();
        }
        catch (Exception)
        {
            // The statement has ended and nobody can be told any more.
        }
    }

    private static object?[] ReadArguments(nint info, IReadOnlyList<DuckDbType> types)
    {
        var arguments = new object?[(int)NativeMethods.duckdb_bind_get_parameter_count(info)];
        for (var i = 0; i < arguments.Length; i++)
        {
            var value = NativeMethods.duckdb_bind_get_parameter(info, (ulong)i);
            try
            {
                if (NativeMethods.duckdb_is_null_value(value))
                    continue;
                arguments[i] = types[i].Id == DuckDbTypeId.BigInt ? NativeMethods.duckdb_get_int64(value) : NativeMethods.duckdb_get_varchar(value);
            }
            finally
            {
                NativeMethods.duckdb_destroy_value(ref value);
            }
        }

        return arguments;
    }

    /// <summary>Where each declared column is in the chunk; -1 where the query does not ask for it.</summary>
    private static int[] ReadSlots(nint info, int columns)
    {
        var slots = new int[columns];
        Array.Fill(slots, -1);
        var wanted = (int)NativeMethods.duckdb_init_get_column_count(info);
        for (var slot = 0; slot < wanted; slot++)
        {
            // count(*) asks for a column that is none (the row id); it has no values to write.
            var declared = NativeMethods.duckdb_init_get_column_index(info, (ulong)slot);
            if (declared < (ulong)columns)
                slots[declared] = slot;
        }

        return slots;
    }

    private static nint Hold(object target) => GCHandle.ToIntPtr(GCHandle.Alloc(target));

    private static T Get<T>(nint held)
        where T : class => (T)GCHandle.FromIntPtr(held).Target!;

    private static string Describe(Exception e) => string.IsNullOrEmpty(e.Message) ? e.GetType().Name : e.Message;

    private sealed record Bound(TableBinding Binding, bool SkipsUnusedColumns);

    private sealed record ScanState(TableScan Scan, int[] Slots) : IDisposable
    {
        public void Dispose() => Scan.Dispose();
    }

    private sealed class ReaderState : IDisposable
    {
        public TableReader? Reader { get; set; }

        public void Dispose() => Reader?.Dispose();
    }
}
