using LakehouseOperator.Engine.Tables.Positions;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tables.Commits;

/// <summary>The fencing of positions and batch counters: what makes rows come exactly once (ADR 0004).</summary>
internal static class PositionRules
{
    /// <summary>The change's domains, with a writer's own where this commit raises it.</summary>
    /// <exception cref="DiagnosticException"><see cref="TableCodes.Fenced"/>.</exception>
    public static IReadOnlyDictionary<string, string> Require(TableChange change, Snapshot? current)
    {
        var domains = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (domain, json) in change.Domains)
        {
            domains[domain] = json;
            if (!PositionDomain.TryParse(domain, out var position, out var isWriter))
                continue;
            if (isWriter)
                throw new InvalidOperationException($"{domain} is set by the commit of its position, not by itself");
            var record = DomainJson.Parse(json, domain, PositionJson.Default.PositionRecord);
            var holder = WriterRecord.Read(current, position);
            if (holder is not null && (record.Writer < holder.Writer || (record.Writer == holder.Writer && record.WriterId != holder.Id)))
                throw Fenced($"writer {record.Writer} of {position} was superseded by writer {holder.Writer}");
            if (holder is null || record.Writer > holder.Writer)
                domains[position.WriterName] = new WriterRecord(record.Writer, record.WriterId).ToJson();
        }

        if (change.Transaction is { } transaction)
            RequireBatch(transaction, change.Domains.ContainsKey(transaction.AppId), current);
        return domains;
    }

    public static DiagnosticException Fenced(string what) => new(
        TableCodes.Fenced, what, "nothing was written and nothing is lost; this process ends and the other one goes on");

    private static void RequireBatch((string AppId, long Version) transaction, bool isPosition, Snapshot? current)
    {
        var held = current?.Transactions.GetValueOrDefault(transaction.AppId) ?? 0;
        if (isPosition ? transaction.Version != held + 1 : transaction.Version <= held)
            throw Fenced($"the table holds batch {held} of {transaction.AppId}, so that batch {transaction.Version} cannot follow");
    }
}
