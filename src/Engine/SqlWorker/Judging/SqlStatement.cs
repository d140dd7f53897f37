using System.Globalization;
using System.Text.Json;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Sql;
using LakehouseOperator.Sql.Protocol;

namespace LakehouseOperator.Engine.SqlWorker.Judging;

/// <summary>One accepted SELECT.</summary>
internal sealed class SqlStatement
{
    private SqlStatement(SqlText text, Judgement judgement)
    {
        Text = text;
        Judgement = judgement;
    }

    /// <summary>What was judged, and what runs: pinned tables are named by their views (<see cref="ViewName"/>).</summary>
    public SqlText Text { get; }

    public Judgement Judgement { get; }

    public IReadOnlyList<SqlReference> Inputs =>
        [.. Judgement.Tables.Select(static use => new SqlReference(use.Table.ToString(), use.Version)).Distinct()];

    /// <summary>The view that stands for a table, or for one pinned version of it; <c>@</c> is in no table's own name.</summary>
    public static string ViewName(string table, long? version) =>
        version is { } pinned ? string.Create(CultureInfo.InvariantCulture, $"{table}@{pinned}") : table;

    /// <exception cref="RefusalException">Not accepted; its location is within <paramref name="text"/>.</exception>
    public static SqlStatement Parse(DuckDbConnection connection, string sql, out SqlText text)
    {
        text = SqlText.Verbatim(sql);
        Bound(sql);
        text = SqlText.Of(sql);
        using var tree = Serialize(connection, text.Prepared);
        var judgement = SelectJudge.Judge(tree.RootElement, FunctionList.Default);
        if (text.IsEdited)
        {
            using var original = Serialize(connection, sql);
            if (!SelectJudge.Statement(original.RootElement).SameAs(SelectJudge.Statement(tree.RootElement)))
                throw Misread();
        }

        if (judgement.Tables.All(static use => use.Version is null))
            return new SqlStatement(text, judgement);
        var pinned = PinnedTables.Rewrite(text, judgement.Tables);
        using var rewritten = Serialize(connection, pinned.Prepared);
        if (!SelectJudge.Statement(tree.RootElement).SameAs(SelectJudge.Statement(rewritten.RootElement), PinnedTables.IsRewritten))
            throw Misread();
        return new SqlStatement(pinned, judgement);
    }

    /// <summary>DuckDB's syntax tree of a text as JSON.</summary>
    public static JsonDocument Serialize(DuckDbConnection connection, string sql)
    {
        using var statement = connection.Prepare("SELECT json_serialize_sql($1::VARCHAR, skip_null := true)");
        using var result = statement.Bind(1, sql).Query();
        var json = result.NextChunk()!.Column(0).GetUtf8(0).ToArray();
        try
        {
            return JsonDocument.Parse(json, SyntaxTree.Options);
        }
        catch (JsonException)
        {
            throw new RefusalException(SqlCodes.TooLarge, "the SQL is nested too deeply", help: "split it by common table expressions");
        }
    }

    private static void Bound(string sql)
    {
        if (sql.Length > WorkerProtocol.MaxSqlLength)
            throw new RefusalException(SqlCodes.TooLarge, $"the SQL has {sql.Length} characters; {WorkerProtocol.MaxSqlLength} is the most");
        if (sql.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var nul)
            throw new RefusalException(SqlCodes.SyntaxError, "the SQL holds a NUL character", System.Text.Encoding.UTF8.GetByteCount(sql.AsSpan(0, nul)));
    }

    private static RefusalException Misread() =>
        new(SqlCodes.ConstructRefused, "the SQL is written in a way that cannot be rewritten safely", help: "remove semicolons, odd spaces and comments around AT (VERSION => n)");
}
