using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

[assembly: DisableRuntimeMarshalling]

namespace LakehouseOperator.DuckDb.Native;

/// <summary>The C API of DuckDB (<c>duckdb.h</c>), one file a section, under its own names.</summary>
internal static unsafe partial class NativeMethods
{
    private const string Library = "duckdb";

    static NativeMethods() => NativeLibrary.SetDllImportResolver(
        typeof(NativeMethods).Assembly, static (name, _, _) => name == Library ? LibDuckDb.Handle : 0);

    [LibraryImport(Library)]
    internal static partial void duckdb_free(void* pointer);

    [LibraryImport(Library)]
    [return: MarshalUsing(typeof(BorrowedString))]
    internal static partial string? duckdb_library_version();

    [LibraryImport(Library)]
    internal static partial ulong duckdb_vector_size();
}
