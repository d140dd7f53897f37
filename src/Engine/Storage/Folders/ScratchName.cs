namespace LakehouseOperator.Engine.Storage.Folders;

/// <summary>Names of files that are still being written: hidden, unique, in the folder of the object, so on its file system.</summary>
internal static class ScratchName
{
    /// <summary>What a killed process left is deleted by the next listing once it is this old; no put takes as long.</summary>
    public static readonly TimeSpan Leftover = TimeSpan.FromHours(24);

    private const string Prefix = ".lakehouse-";
    private const string Suffix = ".tmp";

    public static string In(string folder) => Path.Combine(folder, $"{Prefix}{Guid.NewGuid():N}{Suffix}");

    public static bool Is(ReadOnlySpan<char> name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>Deletes a scratch file if it is there. What cannot be deleted now is a leftover for later, never the caller's failure.</summary>
    public static void Drop(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
        }
    }
}
