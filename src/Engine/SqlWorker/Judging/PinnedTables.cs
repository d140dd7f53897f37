using System.Text.Json;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.SqlWorker.Judging;

/// <summary>
/// Turns <c>silver.events AT (VERSION => 41)</c>, which DuckDB parses but cannot bind, into the name of the view over that snapshot. The edit is
/// made in the text, so that positions stay those that the person wrote; <see cref="IsRewritten"/> lets the two syntax trees be compared.
/// </summary>
internal static class PinnedTables
{
    public static SqlText Rewrite(SqlText text, IReadOnlyList<TableUse> tables)
    {
        var sql = text.Original;
        var tokens = SqlScanner.Scan(sql);
        var edits = new List<SqlEdit>();
        foreach (var use in tables.Where(static use => use.Version is not null))
        {
            var name = tokens.FindIndex(token => token.Start == text.OriginalIndex(use.Location ?? -1));
            if (name < 0 || name + 2 >= tokens.Count || !tokens[name + 1].IsSymbol(sql, '.'))
                throw Lost(use);
            var at = FindAt(sql, tokens, name + 3);
            var close = at < 0 ? -1 : tokens.FindIndex(at, token => token.IsSymbol(sql, ')'));
            if (close < 0)
                throw Lost(use);
            var alias = at == name + 3 ? $" AS \"{use.Table.Table}\"" : "";
            var view = $"\"{use.Table.Layer}\".\"{SqlStatement.ViewName(use.Table.Table, use.Version)}\"{alias}";
            edits.Add(new SqlEdit(tokens[name].Start, tokens[name + 2].End - tokens[name].Start, view));
            edits.Add(new SqlEdit(tokens[at].Start, tokens[close].End - tokens[at].Start, " "));
        }

        return text.With(edits) ?? throw Lost(tables.First(static use => use.Version is not null));
    }

    /// <summary>The pinned reference on the left, the view that stands for it on the right.</summary>
    public static bool IsRewritten(JsonElement left, JsonElement right)
    {
        if (left.Text("type") != "BASE_TABLE" || right.Text("type") != "BASE_TABLE" || !left.TryGetProperty("at_clause", out var at) || right.TryGetProperty("at_clause", out _))
            return false;
        var version = at.GetProperty("expr").GetProperty("value").GetProperty("value").GetInt64();
        var (table, alias) = (left.Text("table_name")!, left.Text("alias"));
        return Same(SqlStatement.ViewName(table, version), right.Text("table_name"))
            && Same(left.Text("schema_name"), right.Text("schema_name"))
            && Same(string.IsNullOrEmpty(alias) ? table : alias, right.Text("alias"))
            && left.EnumerateObject().All(member =>
                member.Name is "at_clause" or "table_name" or "schema_name" or "alias" or "query_location"
                || (right.TryGetProperty(member.Name, out var other) && member.Value.SameAs(other)));
    }

    /// <summary>After the name come an alias and its columns, then <c>AT ( VERSION = > n )</c>.</summary>
    private static int FindAt(string sql, List<SqlToken> tokens, int from)
    {
        for (var index = from; index + 4 < tokens.Count; index++)
        {
            if (tokens[index].IsWord(sql, "at") && tokens[index + 1].IsSymbol(sql, '(') && tokens[index + 2].IsWord(sql, "version") && tokens[index + 3].IsSymbol(sql, '='))
                return index;
        }

        return -1;
    }

    private static bool Same(string? left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static RefusalException Lost(TableUse use) =>
        new(SqlCodes.VersionRefused, $"the pinned version of {use.Table} cannot be told from its text", use.Location, "write layer.table AT (VERSION => n)");
}
