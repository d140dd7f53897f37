using System.Text.Json;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.SqlWorker.Judging;
using LakehouseOperator.Engine.SqlWorker.Sandboxes;
using LakehouseOperator.Sql;
using LakehouseOperator.Sql.Protocol;

namespace LakehouseOperator.Engine.SqlWorker.Serving;

/// <summary>
/// What a SELECT's scans ask of each table, out of DuckDB's own optimised plan over empty tables. The optimizers that look at rows are off (<see cref="BindingSandbox"/>),
/// so that no scan is left out because its table is empty here. Whatever is not understood asks for nothing, and spares nothing.
/// </summary>
internal static class FilterRequests
{
    public static FilterResult Filters(RequestContext context, FilterRequest request)
    {
        var (statement, _) = context.Judge(request.Sql, request.Tables);

        // A value of this moment is another when the statement runs.
        if (statement is null || statement.Judgement.Varying.Count > 0)
            return FilterResult.None;
        using var plan = Plan(context, statement.Text.Prepared, request);
        if (plan is null || !plan.RootElement.TryGetProperty("plans", out var plans))
            return FilterResult.None;
        var scans = new List<PlanScan>();
        PlanScan.Collect(plans, scans);
        var known = request.Tables.ToDictionary(static table => (Schema: table.Table.Split('.')[0], View: ViewOf(table)));
        return new FilterResult(
        [
            .. scans.GroupBy(static scan => (scan.Schema, scan.Table))
                .Where(group => known.ContainsKey(group.Key) && group.All(static scan => scan.Filters.Count > 0))
                .Select(group => new TableFilter(known[group.Key].Table, [.. group.Select(static scan => scan.Filters)], known[group.Key].Version)),
        ]);
    }

    private static string ViewOf(SqlTable table) => SqlStatement.ViewName(table.Table[(table.Table.IndexOf('.', StringComparison.Ordinal) + 1)..], table.Version);

    private static JsonDocument? Plan(RequestContext context, string sql, FilterRequest request)
    {
        try
        {
            var connection = context.Binding.Begin(request.Limits, TableViews.WithColumns(request.Tables));
            byte[] json;
            using (var statement = connection.Prepare("SELECT json_serialize_plan($1::VARCHAR, skip_null := true, skip_empty := true, optimize := true)"))
            using (var result = statement.Bind(1, sql).Query())
                json = result.NextChunk()!.Column(0).GetUtf8(0).ToArray();
            context.Binding.End();
            return JsonDocument.Parse(json, SyntaxTree.Options);
        }
        catch (Exception e) when (e is DuckDbException { IsInterrupt: false } or JsonException)
        {
            return null;
        }
    }
}
