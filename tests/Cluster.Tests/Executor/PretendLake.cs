using System.Globalization;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Cluster.Tests.Executor;

/// <summary>
/// Tables as far as reports tell of them: versions, and what each was made from. A run of a plan here answers as the engine would: what is already made from the same is
/// <c>UpToDate</c>, an input that is not there fails, a dropped table is gone. Rows are counted and nowhere.
/// </summary>
public sealed class PretendLake
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Table> tables = new(StringComparer.Ordinal);

    private sealed record Table(string Id, long Version, long DataVersion, long Rows, DateTimeOffset Time, ConsumedInputs? Consumed = null);

    /// <summary>Null: there is no such table.</summary>
    public long? DataVersionOf(string table)
    {
        lock (gate)
            return tables.TryGetValue(table, out var found) ? found.DataVersion : null;
    }

    /// <summary>A commit that adds rows.</summary>
    public TableReport Commit(string table, long rows = 100)
    {
        lock (gate)
            return Report(table, tables[table] = Next(table, rows), rows);
    }

    /// <summary>A commit that changes no row, as compaction is.</summary>
    public void Compact(string table)
    {
        lock (gate)
            tables[table] = tables[table] with { Version = tables[table].Version + 1 };
    }

    /// <summary>As if the run were carried out.</summary>
    public RunReport Run(RunPlan plan)
    {
        lock (gate)
        {
            return plan switch
            {
                { Drop: { } drop } => Drop(plan, drop),
                { Probe: not null } => Of(plan, RunResult.Succeeded) with { Storage = new StorageReport(true, true, tables.Count) },
                { Ingestion: { } ingestion } => Ingest(plan, ingestion),
                { Transformation: { } transformation } => Transform(plan, transformation),
                { QualityCheck: { } check } => Check(plan, check),
                _ => throw new InvalidOperationException($"the plan of {plan.Resource} says nothing to do"),
            };
        }
    }

    /// <summary>A report of this plan, now.</summary>
    public static RunReport Of(RunPlan plan, RunResult result, RunError? error = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        return RunReport.Of(plan, result, now, now) with { Error = error };
    }

    private RunReport Drop(RunPlan plan, DropPlan drop)
    {
        foreach (var table in drop.Tables)
            tables.Remove(table);
        return Of(plan, RunResult.Succeeded);
    }

    private RunReport Ingest(RunPlan plan, IngestionPlan ingestion)
    {
        List<TableReport> reports = [];
        foreach (var table in ingestion.Tables)
        {
            var added = tables.ContainsKey(table.Name) ? 0 : 100;
            if (added > 0)
                tables[table.Name] = Next(table.Name, added);
            reports.Add(Report(table.Name, tables[table.Name], added) with { LagRecords = 0, LagSeconds = 0 });
        }

        var rows = reports.Sum(report => report.RowsAdded);
        return Of(plan, ingestion.Drain ? RunResult.Succeeded : RunResult.Running) with { Tables = reports, RowsRead = rows, RowsWritten = rows };
    }

    private RunReport Transform(RunPlan plan, TransformationPlan transformation)
    {
        var missing = transformation.Inputs.FirstOrDefault(input => !tables.ContainsKey(input.Table));
        if (missing is not null)
            return Of(plan, RunResult.Failed, new RunError("LH2003", RunnerExit.Sql, $"table {missing.Table} does not exist", "spec.sql"));
        List<InputVersion> inputs = [.. transformation.Inputs.Select(input => Input(input.Table))];
        var consumed = new ConsumedInputs(
            [.. transformation.Inputs.Select(input => new ConsumedInput(input.Table, tables[input.Table].Id, tables[input.Table].DataVersion, input.PinnedVersion))],
            transformation.SqlHash,
            transformation.Gates.ToDictionary(gate => gate.Name, gate => gate.Hash, StringComparer.Ordinal));
        var upToDate = tables.TryGetValue(transformation.Table, out var before) && before.Consumed?.ToJson() == consumed.ToJson();
        if (!upToDate)
            tables[transformation.Table] = Next(transformation.Table, 10) with { Consumed = consumed };
        return Of(plan, upToDate ? RunResult.UpToDate : RunResult.Succeeded) with
        {
            Inputs = inputs,
            Tables = [Report(transformation.Table, tables[transformation.Table], upToDate ? 0 : 10)],
            RowsRead = upToDate ? 0 : inputs.Sum(input => tables[input.Table].Rows),
            RowsWritten = upToDate ? 0 : 10,
            Checks = upToDate ? [] : [.. transformation.Gates.SelectMany(planned => planned.Checks.Select(check => Passed(planned.Name, check)))],
            Consumed = consumed,
        };
    }

    private RunReport Check(RunPlan plan, QualityCheckPlan check) => tables.TryGetValue(check.Table, out var table)
        ? Of(plan, RunResult.Succeeded) with { Inputs = [Input(check.Table)], Tables = [Report(check.Table, table, 0)], Checks = [.. check.Checks.Select(one => Passed(plan.Name, one))] }
        : Of(plan, RunResult.Failed, new RunError("LH5001", RunnerExit.Sql, $"table {check.Table} does not exist", "spec.table"));

    /// <summary>As it is reported when it holds.</summary>
    public static CheckResult Passed(string resource, CheckSpec check) => new(resource, check.Name, KindOf(check), CheckOutcome.Passed, 1, "min 1");

    private static string KindOf(CheckSpec check) => check switch
    {
        { RowCount: not null } => "rowCount",
        { Missing: not null } => "missing",
        { Unique: not null } => "unique",
        { Values: not null } => "values",
        { Freshness: not null } => "freshness",
        { Reference: not null } => "reference",
        { Schema: not null } => "schema",
        { Metric: not null } => "metric",
        _ => "rows",
    };

    private Table Next(string name, long rows)
    {
        var now = TimeProvider.System.GetUtcNow();
        return tables.TryGetValue(name, out var table)
            ? table with { Version = table.Version + 1, DataVersion = table.Version + 1, Rows = table.Rows + rows, Time = now }
            : new Table(string.Create(CultureInfo.InvariantCulture, $"{Guid.NewGuid()}"), 0, 0, rows, now);
    }

    private InputVersion Input(string table) => new(table, tables[table].Id, tables[table].Version, tables[table].DataVersion);

    private static TableReport Report(string name, Table table, long added) =>
        new(name, table.Id, table.Version, table.DataVersion, table.Rows, added, LastCommitTime: table.Time);
}
