using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Transforms;

/// <summary>The result of a statement as files in scratch that no table names yet.</summary>
public sealed record StagedOutput(TableSchema Schema, IReadOnlyList<StagedFile> Files, long Rows)
{
    /// <exception cref="DiagnosticException">The SQL does not bind, gives what a table cannot hold, or fails on a value.</exception>
    public static async Task<StagedOutput> WriteAsync(
        ISqlWorker worker, RunPlan plan, IReadOnlyList<SqlTable> inputs, string folder, CancellationToken cancellationToken)
    {
        var spec = plan.Transformation!;
        var bound = await worker.BindAsync(spec.Sql, inputs, cancellationToken);
        if (bound.Error is { } refused)
            throw SqlFailure.Of(refused);
        var projection = Project(bound.Columns, spec.PartitionBy);
        var output = new OutputSpec(folder, projection.Expressions, projection.Schema.PartitionColumns, plan.Lake.TargetFileSizeBytes);
        var limits = new SqlLimits(plan.Limits.Deadline, plan.Limits.MemoryBytes, plan.Limits.ScratchBytes, plan.Limits.Threads);
        var result = await worker.RunAsync(spec.Sql, inputs, output, limits, cancellationToken);
        if (result.Error is { } failed)
            throw SqlFailure.Of(failed);
        return new StagedOutput(projection.Schema, result.Files, result.Rows);
    }

    /// <summary>What checks see of it: the table as it would be once published.</summary>
    public SqlTable AsTable(string name) => new(
        name,
        [.. Schema.Columns.Select(column => new SqlColumn(column.Name, column.Type.Sql))],
        Schema.PartitionColumns,
        [.. Files.Select(file => new SqlInputFile(file.Path, file.Rows, file.PartitionValues))]);

    /// <summary>NULLs by column, of those columns whose every file says how many it holds.</summary>
    public IReadOnlyDictionary<string, long> ExactNulls()
    {
        var nulls = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        foreach (var column in Schema.FileColumns.Where(column => !column.Type.IsNested))
        {
            var counts = Files.Select(file => file.Stats.GetValueOrDefault(SqlText.Name(column.Name))?.NullCount).ToList();
            if (!counts.Contains(null))
                nulls[column.Name] = counts.Sum() ?? 0;
        }

        return nulls;
    }

    /// <summary>The projection of a bound result, or the refusals as one error.</summary>
    /// <exception cref="DiagnosticException"><see cref="SqlCodes.OutputTypeRefused"/>, naming every column that does not fit.</exception>
    public static Projection Project(IReadOnlyList<SqlColumn> columns, IReadOnlyList<PartitionSpec> partitionBy)
    {
        if (Projection.TryCreate([.. columns.Select(column => new BoundColumn(column.Name, column.Type))], partitionBy, out var projection, out var refusals))
            return projection;
        throw new DiagnosticException(new Diagnostic(
            SqlCodes.OutputTypeRefused,
            DiagnosticSeverity.Error,
            string.Join("; ", refusals.Select(refusal => refusal.Message)),
            Field: SqlFailure.Field,
            Help: string.Join("; ", refusals.Select(refusal => refusal.Help).Distinct(StringComparer.Ordinal))));
    }
}
