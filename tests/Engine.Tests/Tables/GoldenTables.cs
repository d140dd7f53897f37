using System.Diagnostics;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Engine.Tests.Tables;

/// <summary>Tables that other engines wrote, as archives of the reference implementation's test data; not part of this repository.</summary>
internal static class GoldenTables
{
    public const string Variable = "DELTA_TABLES";

    /// <summary>The folder of the archives; null where there is none.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>Unpacks an archive and returns the folder that holds <c>delta</c> and, mostly, <c>expected</c>.</summary>
    public static async Task<string> UnpackAsync(string name, string into)
    {
        using var tar = Process.Start(new ProcessStartInfo("tar", ["--zstd", "-xf", Path.Combine(Folder!, name + ".tar.zst"), "-C", into])
        {
            RedirectStandardError = true, // archives from macOS make tar talk
        })!;
        var said = await tar.StandardError.ReadToEndAsync();
        await tar.WaitForExitAsync();
        Assert.True(tar.ExitCode == 0, $"tar: {said}");
        return Path.Combine(into, name);
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            return named;
        var beside = Path.GetFullPath(Path.Combine(Repository.Root, "../shared/delta-tables"));
        return Directory.Exists(beside) ? beside : null;
    }
}
