using System.Globalization;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Checks;
using LakehouseOperator.Engine.Ingest.Parsing.Quarantine;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Ingest;

/// <summary>
/// The row-level gates of one ingested table: rows that fail one of their checks of severity Error go to quarantine. A check may hold SQL of a user's, so the rows are
/// judged where all such SQL runs, in the SQL worker, over the staged files; this process only takes apart what the worker names. A row is known by its
/// <c>_source_position</c>, of which a batch holds each once.
/// </summary>
internal sealed class RowGate
{
    private const string Position = QuarantineColumns.Position;
    private const string CheckColumn = "failed_check";

    private readonly IReadOnlyList<NamedCheck> checks;
    private readonly IReadOnlyList<string> predicates;
    private readonly SqlTable table;
    private readonly ISqlWorkerPool workers;
    private readonly SqlLimits limits;

    private RowGate(IReadOnlyList<NamedCheck> checks, IReadOnlyList<string> predicates, SqlTable table, ISqlWorkerPool workers, RunLimits limits)
    {
        this.checks = checks;
        this.predicates = predicates;
        this.table = table;
        this.workers = workers;
        this.limits = new SqlLimits(limits.Deadline > TimeSpan.Zero ? limits.Deadline : Defaults.Deadline, limits.MemoryBytes, limits.ScratchBytes, limits.Threads);
    }

    /// <summary>Null where the table has no row-level gate.</summary>
    /// <exception cref="DiagnosticException">LH5xxx: a check does not fit the table, or its SQL is not accepted.</exception>
    public static async Task<RowGate?> OpenAsync(RunPlan plan, TableName name, IngestedShape shape, ISqlWorkerPool workers, CancellationToken cancellationToken)
    {
        var checks = NamedCheck.Of(plan.Ingestion!.Gates?.GetValueOrDefault(name.ToString()) ?? [])
            .Where(static check => RowLevel.Applies(check.Check) && check.Check.Severity == CheckSeverity.Error)
            .ToList();
        if (checks.Count == 0)
            return null;
        var table = new SqlTable(name.ToString(), [.. shape.Schema.Columns.Select(static column => new SqlColumn(column.Name, column.Type.Sql))], [], []);
        var predicates = checks.Select(check => RowLevel.FailingPredicate(check.Check, table)).ToList();
        await using var worker = await workers.RentAsync(cancellationToken);
        var judge = new FragmentJudge(worker, table);
        foreach (var check in checks)
        {
            foreach (var fragment in RowLevel.Fragments(check.Check))
                await judge.JudgeAsync(fragment, cancellationToken);
        }

        return new RowGate(checks, predicates, table, workers, plan.Limits);
    }

    /// <summary>Asks the worker which of the staged rows fail.</summary>
    /// <param name="folder">An empty folder that the worker may write.</param>
    /// <returns>Parquet files of positions and the number of the first check that each fails; none where all rows pass.</returns>
    public async Task<IReadOnlyList<StagedFile>> JudgeAsync(IReadOnlyList<StagedFile> rows, string folder, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return [];
        var cases = string.Concat(predicates.Select(static (predicate, number) => string.Create(CultureInfo.InvariantCulture, $" WHEN {predicate} THEN {number}")));
        var sql = $"SELECT {Position}, {CheckColumn} FROM (SELECT {Position}, CASE{cases} END AS {CheckColumn} FROM {table.Table}) WHERE {CheckColumn} IS NOT NULL";
        var output = new OutputSpec(
            folder, [$"CAST({Projection.Relation}.{Position} AS VARCHAR) AS {Position}", $"CAST({Projection.Relation}.{CheckColumn} AS INTEGER) AS {CheckColumn}"], [], long.MaxValue / 4);
        var files = rows.Select(static file => new SqlInputFile(file.Path, file.Rows, new Dictionary<string, string?>(StringComparer.Ordinal))).ToList();
        await using var worker = await workers.RentAsync(cancellationToken);
        var result = await worker.RunAsync(sql, [table with { Files = files }], output, limits, cancellationToken);
        return result.Error is { } error
            ? throw new DiagnosticException(CheckCodes.EvaluationFailed, $"the gates of {table.Table}: {error.Code}: {error.Message}", error.Help)
            : result.Files;
    }

    /// <summary>SELECTs over the staged rows: those that pass, and the others as <see cref="QuarantineColumns"/>, with the record as it was typed.</summary>
    public (string Passed, string Failed) Split(IReadOnlyList<StagedFile> rows, IReadOnlyList<StagedFile> failed, IReadOnlyList<ColumnSpec> declared)
    {
        var (all, named) = (Read(rows), Read(failed));
        var columns = string.Join(", ", table.Columns.Select(static column => SqlText.Name(column.Name)));
        var payload = string.Join(", ", declared.Select(static column => $"{SqlText.String(column.Name)}: {SqlText.Name(column.Name)}"));
        var details = string.Concat(checks.Select(static (check, number) => string.Create(
            CultureInfo.InvariantCulture, $" WHEN {number} THEN {{'field': {FieldOf(check.Check)}, 'message': {SqlText.String(MessageOf(check))}}}")));
        return (
            $"SELECT {columns} FROM {all} AS staged ANTI JOIN {named} AS failed USING ({Position})",
            $$"""
            (SELECT CAST(to_json({{{payload}}}) AS VARCHAR) AS {{QuarantineColumns.Payload}}, CAST(NULL AS BLOB) AS {{QuarantineColumns.PayloadBytes}}, {{Position}},
              {{SqlText.String(CheckCodes.RowRefused.Id)}} AS {{QuarantineColumns.ErrorCode}}, detail.field AS {{QuarantineColumns.Field}}, detail.message AS {{QuarantineColumns.Message}}
            FROM (SELECT *, CASE {{CheckColumn}}{{details}} END AS detail FROM {{all}} AS staged JOIN {{named}} AS failed USING ({{Position}})))
            """);
    }

    private static string Read(IReadOnlyList<StagedFile> files) =>
        $"read_parquet([{string.Join(", ", files.Select(static file => SqlText.String(Tables.Writing.Glob.Escape(file.Path))))}], hive_partitioning = false)";

    private static string FieldOf(CheckSpec check) =>
        (check.Missing?.Column ?? check.Values?.Column) is { } column ? SqlText.String(column) : "CAST(NULL AS VARCHAR)";

    private static string MessageOf(NamedCheck check) => $"{CheckCodes.RowRefused.Title}: {check.Check.Name} of QualityCheck/{check.QualityCheck}";
}
