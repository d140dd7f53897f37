using System.Globalization;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Tables.Log;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tables.Dropping;

/// <summary>The commit that dropped a table: the newest one for as long as anything of its log is left.</summary>
/// <param name="Key">Of its JSON.</param>
/// <param name="At">When it was dropped, by the clock of whoever did.</param>
internal sealed record DropMark(string Key, string? Owner, DateTimeOffset At)
{
    /// <summary>Null where the newest commit drops nothing, or cannot be read.</summary>
    public static async Task<DropMark?> ReadAsync(IObjectStore table, LogListing listing, CancellationToken cancellationToken)
    {
        if (listing.Commits.Count == 0)
            return null;
        var (version, entry) = (listing.Commits.Keys.Last(), listing.Commits.Values.Last());
        if (await table.GetAsync(entry.Key, cancellationToken) is not { } content)
            return null;
        try
        {
            var configuration = LogCommit.Parse(version, content, table.Location).MetaData?.Configuration;
            if (configuration?.GetValueOrDefault(TableProperties.Dropped) is not { } at)
                return null;
            var isTime = DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
            return new DropMark(entry.Key, configuration.GetValueOrDefault(TableProperties.Owner), isTime ? time : entry.LastModified);
        }
        catch (DiagnosticException)
        {
            return null;
        }
    }
}
