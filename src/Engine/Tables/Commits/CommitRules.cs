using System.Globalization;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tables.Commits;

/// <summary>What a change must be before it is put, judged on the snapshot that it would follow.</summary>
internal static class CommitRules
{
    public static void Require(string location, TableChange change, Snapshot? current, DateTimeOffset now)
    {
        if (change.Kind is ChangeKind.Metadata or ChangeKind.Drop && change.Files.Count > 0)
            throw new InvalidOperationException("a change of metadata and a drop bring no files");
        RequireOwner(location, change, current);
        if (change.Kind == ChangeKind.Replace && current is { Files.Count: > 0 } && IsAppendOnly(current))
        {
            throw new DiagnosticException(
                TableCodes.AppendOnly,
                $"{location} is append-only and holds {current.Files.Count} files that the change would remove",
                $"write another table, or set {TableProperties.AppendOnly} to false there first");
        }

        RequireFresh(location, change, current, now);
    }

    private static bool IsAppendOnly(Snapshot table) =>
        string.Equals(table.Configuration.GetValueOrDefault(TableProperties.AppendOnly), "true", StringComparison.OrdinalIgnoreCase);

    private static void RequireOwner(string location, TableChange change, Snapshot? current)
    {
        if (current is null || change.Adopt || !change.Configuration.TryGetValue(TableProperties.Owner, out var owner) || owner == current.Owner)
            return;
        throw new DiagnosticException(
            TableCodes.OwnedByAnother,
            current.Owner is { } other ? $"{location} belongs to {other}" : $"{location} was written by another program",
            $"write another table, or let {owner} take this one: annotation lakehouse.dev/adopt: \"true\"");
    }

    /// <summary>Vacuum deletes files that no version names once they are as old as the retention: half of it is left for the commit.</summary>
    private static void RequireFresh(string location, TableChange change, Snapshot? current, DateTimeOffset now)
    {
        if (change.Files.Count == 0)
            return;
        var oldest = change.OldestStaged ?? change.Files.Min(static file => file.ModificationTime);
        var retention = change.Configuration.TryGetValue(TableProperties.FileRetention, out var text) && TableProperties.TryParseInterval(text, out var wanted)
            ? wanted
            : TableProperties.DefaultRetention;
        if (current is not null && TableProperties.FileRetentionOf(current.Configuration) is var present && present < retention)
            retention = present;
        if (now - oldest > retention / 2)
        {
            throw new DiagnosticException(
                TableCodes.StagedTooOld,
                string.Create(CultureInfo.InvariantCulture, $"a file staged for {location} is {(now - oldest).TotalHours:0.#} h old, more than half of the retention of {retention.TotalHours:0.#} h"),
                "run it again; if runs take that long, raise spec.tables.fileRetention");
        }
    }
}
