using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.SqlWorker.Judging;
using LakehouseOperator.Engine.Tables.Scanning;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.SqlWorker.Sandboxes;

/// <summary>The statements that make a request's tables: a schema a layer, a view a table (and one for each pinned version).</summary>
internal static class TableViews
{
    /// <summary>Over the files of the snapshots.</summary>
    public static IEnumerable<string> OverFiles(IReadOnlyList<SqlTable> tables) => Create(tables, "VIEW", static table => "AS " + TableScan.Sql(table));

    /// <summary>Without rows, of the declared columns.</summary>
    public static IEnumerable<string> Empty(IReadOnlyList<SqlTable> tables) => Create(tables, "VIEW", static table => "AS " + WithoutRows(table));

    /// <summary>Tables of their own, so that a plan says of each what is asked of it.</summary>
    public static IEnumerable<string> WithColumns(IReadOnlyList<SqlTable> tables) => Create(tables, "TABLE", static table =>
        $"({string.Join(", ", table.Columns.Select(static column => $"{Sandbox.Name(column.Name)} {column.Type}"))})");

    /// <summary>Types are texts that others wrote: they must be no more than types where our statements hold them.</summary>
    /// <exception cref="RefusalException">A type's text is more than that.</exception>
    public static void CheckTypes(DuckDbConnection connection, IReadOnlyList<SqlTable> tables)
    {
        var types = tables.SelectMany(static table => table.Columns).Select(static column => column.Type).Distinct(StringComparer.Ordinal).ToList();
        if (types.Count == 0)
            return;
        using var tree = SqlStatement.Serialize(connection, $"SELECT {string.Join(", ", types.Select(static type => $"CAST(NULL AS {type})"))}");
        if (SelectJudge.Judge(tree.RootElement, FunctionList.Default).Tables.Count > 0)
            throw new RefusalException(Pipelines.Codes.SqlCodes.ConstructRefused, "a column's type is not a type");
    }

    /// <summary>As SQL of ours names it; a layer's or a table's name may be a word of SQL.</summary>
    public static string NameOf(SqlTable table)
    {
        var (schema, name) = Parts(table);
        return $"{Sandbox.Name(schema)}.{Sandbox.Name(name)}";
    }

    private static IEnumerable<string> Create(IReadOnlyList<SqlTable> tables, string kind, Func<SqlTable, string> definition)
    {
        foreach (var schema in tables.Select(static table => Parts(table).Schema).Distinct(StringComparer.Ordinal))
            yield return $"CREATE SCHEMA IF NOT EXISTS {Sandbox.Name(schema)}";
        foreach (var table in tables)
        {
            var (schema, name) = Parts(table);
            yield return $"CREATE {kind} {Sandbox.Name(schema)}.{Sandbox.Name(SqlStatement.ViewName(name, table.Version))} {definition(table)}";
        }
    }

    private static string WithoutRows(SqlTable table) =>
        $"SELECT {string.Join(", ", table.Columns.Select(static column => $"CAST(NULL AS {column.Type}) AS {Sandbox.Name(column.Name)}"))} WHERE false";

    private static (string Schema, string Name) Parts(SqlTable table)
    {
        var dot = table.Table.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? ("main", table.Table) : (table.Table[..dot], table.Table[(dot + 1)..]);
    }
}
