using System.Globalization;

namespace LakehouseOperator.Engine.Tables.Log;

internal enum LogFileKind
{
    Other,
    Commit,

    /// <summary>"Classic" or one part of a "multi-part" checkpoint.</summary>
    Checkpoint,

    /// <summary>A UUID-named checkpoint of the v2 specification.</summary>
    V2Checkpoint,
}

/// <summary>A name in <c>_delta_log</c> (Delta protocol, "File Types").</summary>
/// <param name="Parts">Of a checkpoint: how many files make it up.</param>
internal readonly record struct LogFileName(LogFileKind Kind, long Version, int Part = 1, int Parts = 1)
{
    public const string Folder = "_delta_log/";
    public const string LastCheckpoint = Folder + "_last_checkpoint";

    public static string Commit(long version) => string.Create(CultureInfo.InvariantCulture, $"{Folder}{version:D20}.json");

    public static string Checkpoint(long version) => string.Create(CultureInfo.InvariantCulture, $"{Folder}{version:D20}.checkpoint.parquet");

    /// <summary>The greatest key that is less than every file of the version.</summary>
    public static string? Before(long version) => version <= 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{Folder}{version - 1:D20}.~");

    /// <param name="key">Relative to the table.</param>
    public static LogFileName Parse(string key)
    {
        var name = key.AsSpan(Folder.Length);
        if (name.Length < 21 || name[20] != '.' || !TryNumber(name[..20], out var version))
            return default;
        var rest = name[21..];
        if (rest is "json")
            return new LogFileName(LogFileKind.Commit, version);
        if (!rest.StartsWith("checkpoint.", StringComparison.Ordinal))
            return default;
        rest = rest["checkpoint.".Length..];
        if (rest is "parquet")
            return new LogFileName(LogFileKind.Checkpoint, version);
        if (rest.Length == 29 && rest[10] == '.' && rest[21..] is ".parquet"
            && TryNumber(rest[..10], out var part) && TryNumber(rest[11..21], out var parts) && part >= 1 && part <= parts && parts <= int.MaxValue)
        {
            return new LogFileName(LogFileKind.Checkpoint, version, (int)part, (int)parts);
        }

        return rest.EndsWith(".json", StringComparison.Ordinal) || rest.EndsWith(".parquet", StringComparison.Ordinal)
            ? new LogFileName(LogFileKind.V2Checkpoint, version)
            : default;
    }

    private static bool TryNumber(ReadOnlySpan<char> digits, out long number) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
