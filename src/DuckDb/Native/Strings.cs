using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace LakehouseOperator.DuckDb.Native;

/// <summary>UTF-8 text that DuckDB allocated for us: read, then freed by <c>duckdb_free</c>.</summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedOut, typeof(OwnedString))]
internal static unsafe class OwnedString
{
    public static string? ConvertToManaged(byte* unmanaged) => Marshal.PtrToStringUTF8((nint)unmanaged);

    public static void Free(byte* unmanaged) => NativeMethods.duckdb_free(unmanaged);
}

/// <summary>UTF-8 text that stays DuckDB's: read and left alone.</summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedOut, typeof(BorrowedString))]
internal static unsafe class BorrowedString
{
    public static string? ConvertToManaged(byte* unmanaged) => Marshal.PtrToStringUTF8((nint)unmanaged);
}
