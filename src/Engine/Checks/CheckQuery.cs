using System.Text;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Checks;

/// <summary>Many checks as one SELECT of aggregates, so that the table is read once. Values come as text: DuckDB's own, which says NaN and every digit.</summary>
internal sealed class CheckQuery
{
    private readonly Dictionary<string, int> terms = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> memberships = new(StringComparer.Ordinal);

    private CheckQuery(SqlTable subject, IEnumerable<Compiled.Asked> checks, string? where)
    {
        foreach (var check in checks)
        {
            foreach (var term in check.Terms)
                terms.TryAdd(term, terms.Count);
            foreach (var membership in check.Memberships)
                memberships.TryAdd(membership.Name, membership.Sql);
        }

        Sql = Compose(subject, where);
    }

    internal string Sql { get; }

    /// <summary>All of them read the same rows.</summary>
    internal static CheckQuery Of(SqlTable subject, IReadOnlyCollection<Compiled.Asked> checks) => new(subject, checks, checks.First().ScanWhere);

    /// <summary>The check's values in its terms' order, out of the query's one row.</summary>
    internal IReadOnlyList<string?> Values(Compiled.Asked check, IReadOnlyList<string?> row) => [.. check.Terms.Select(term => row[terms[term]])];

    internal static string From(SqlTable table)
    {
        var dot = table.Table.IndexOf('.', StringComparison.Ordinal);
        return $"{SqlText.Name(table.Table[..dot])}.{SqlText.Name(table.Table[(dot + 1)..])}";
    }

    private string Compose(SqlTable subject, string? where)
    {
        var sql = new StringBuilder("SELECT ");
        sql.AppendJoin(",\n  ", terms.OrderBy(term => term.Value).Select(term => $"CAST({term.Key} AS VARCHAR) AS t{term.Value}"));
        sql.Append("\nFROM ").Append(memberships.Count == 0 ? From(subject) : Extended(subject));
        if (where is not null)
            sql.Append("\nWHERE ").Append(where);
        return sql.ToString();
    }

    /// <summary>The table with the memberships as columns beside its own, under its own name, so that a user's <c>table.column</c> still means it.</summary>
    private string Extended(SqlTable subject)
    {
        var marks = memberships.OrderBy(mark => mark.Key, StringComparer.Ordinal).Select(mark => $"{mark.Value} AS {SqlText.Name(mark.Key)}");
        var alias = SqlText.Name(subject.Table[(subject.Table.IndexOf('.', StringComparison.Ordinal) + 1)..]);
        return $"(SELECT *, {string.Join(", ", marks)} FROM {From(subject)}) AS {alias}";
    }
}
