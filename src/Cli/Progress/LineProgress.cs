using LakehouseOperator.Cli.Output;
using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Cli.Progress;

/// <summary>One line for every commit and every end: what a log needs, and no more.</summary>
internal sealed class LineProgress(Streams streams) : RunProgress
{
    public override void Found(IReadOnlyList<Diagnostic> diagnostics)
    {
        foreach (var diagnostic in diagnostics)
            streams.Show(diagnostic);
    }

    public override void Started(ResourceId resource, int attempt)
    {
        if (attempt > 1)
            streams.Error.WriteLine($"{resource}: attempt {attempt}");
    }

    public override void Stage(ResourceId resource, RunStage stage)
    {
    }

    public override void Rows(ResourceId resource, long rows)
    {
    }

    public override void Committed(ResourceId resource, TableName table, long version, long rowsAdded)
    {
        if (resource.Kind == ResourceKind.Ingestion)
            streams.Error.WriteLine($"{resource}: {table} version {version}, {Cells.Number(rowsAdded)} rows committed");
    }

    public override void Finished(ResourceId resource, RunReport report) => streams.Error.WriteLine(End(resource, report));

    public override void Retrying(ResourceId resource, RunError error, int attempt, TimeSpan after) =>
        streams.Error.WriteLine($"{resource}: tries again in {Cells.Duration(after)}");
}
