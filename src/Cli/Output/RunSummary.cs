using System.Text.Json;
using LakehouseOperator.Engine.Local;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Cli.Output;

/// <summary>What <c>lakehouse run -o json</c> prints; the members are the fixed interface.</summary>
internal sealed record RunSummary(IReadOnlyList<ResourceSummary> Resources, int ExitCode)
{
    public static void WriteJson(TextWriter writer, LocalReport report, int exitCode)
    {
        var summary = new RunSummary([.. report.Resources.Select(ResourceSummary.Of)], exitCode);
        writer.WriteLine(JsonSerializer.Serialize(summary, LinesJson.Default.RunSummary));
    }

    public static void WriteText(TextWriter writer, LocalReport report)
    {
        var table = new TextTable(
            ("KIND", Align.Left), ("NAME", Align.Left), ("RESULT", Align.Left), ("ROWS", Align.Right), ("VERSION", Align.Right), ("DURATION", Align.Right), ("CHECKS", Align.Left));
        foreach (var resource in report.Resources)
        {
            table.Add(
                resource.Resource.Kind.ToString(),
                resource.Resource.Name,
                resource.Outcome.ToString(),
                Cells.Number(resource.Rows),
                Cells.Number(resource.Version),
                Cells.Duration(resource.Duration),
                Checks(resource));
        }

        table.Write(writer);
    }

    /// <summary>Counts, then by name those that did not pass.</summary>
    private static string Checks(ResourceOutcome resource)
    {
        if (resource.Checks.Count == 0)
            return resource.Resource.Kind == ResourceKind.QualityCheck ? "-" : "";
        var counts = resource.Checks.GroupBy(check => check.Outcome).OrderBy(group => group.Key)
            .Select(group => $"{group.Count()} {Spoken(group.Key)}");
        var others = resource.Checks.Where(check => check.Outcome is not (CheckOutcome.Passed or CheckOutcome.NoData)).Select(check => check.Name).ToList();
        return string.Join(", ", counts) + (others.Count > 0 ? $": {string.Join(", ", others)}" : "");
    }

    private static string Spoken(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.NoData => "no data",
        _ => outcome.ToString().ToLowerInvariant(),
    };
}

internal sealed record ResourceSummary(
    string Kind, string Name, string Result, long? Rows, long? Version, long DurationMs, IReadOnlyList<CheckSummary> Checks)
{
    public static ResourceSummary Of(ResourceOutcome resource) => new(
        resource.Resource.Kind.ToString(),
        resource.Resource.Name,
        resource.Outcome.ToString(),
        resource.Rows,
        resource.Version,
        (long)Math.Round(resource.Duration?.TotalMilliseconds ?? 0),
        [.. resource.Checks.Select(check => new CheckSummary(check.Name, check.Outcome.ToString(), check.Measured))]);
}

internal sealed record CheckSummary(string Name, string Outcome, double? Measured);
