using LakehouseOperator.Engine.Tables.Log;
using LakehouseOperator.Engine.Tables.Positions;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tables.Commits;

/// <summary>The conflict matrix (tables.md, "Commit"): whether a change still stands after another commit came first. Passing means: put it again, one version later.</summary>
internal static class ConflictRules
{
    /// <exception cref="CommitConflictException">The run must be redone from a new snapshot.</exception>
    /// <exception cref="DiagnosticException"><see cref="TableCodes.Fenced"/>: the winner moved the same position.</exception>
    public static void Check(TableChange change, LogCommit winner)
    {
        foreach (var domain in winner.Domains)
        {
            if (PositionDomain.TryParse(domain.Domain, out var position, out _) && change.Domains.ContainsKey(position.Name))
                throw PositionRules.Fenced($"version {winner.Version} moved {position} on");
        }

        foreach (var txn in winner.Transactions)
        {
            if (change.Transaction?.AppId == txn.AppId)
                throw PositionRules.Fenced($"version {winner.Version} holds batch {txn.Version} of {txn.AppId}");
        }

        if (winner.Protocol is not null || winner.MetaData is not null)
            throw new CommitConflictException(winner.Version, $"version {winner.Version} changed the table's protocol or metadata");
        foreach (var domain in winner.Domains)
        {
            if (change.Domains.ContainsKey(domain.Domain))
                throw new CommitConflictException(winner.Version, $"version {winner.Version} set {domain.Domain} as well");
        }

        if (change.Kind is ChangeKind.Replace or ChangeKind.Drop && winner.DataChange)
            throw new CommitConflictException(winner.Version, $"version {winner.Version} changed rows of the table that was to be replaced");
    }
}
