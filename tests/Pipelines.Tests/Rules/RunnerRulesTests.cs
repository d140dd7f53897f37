using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Tests.Rules;

public sealed class RunnerRulesTests
{
    /// <summary>Each is allowed, and an API server refuses them together: every pod, for ever.</summary>
    [Theory]
    [InlineData(2, 60_000, true)]
    [InlineData(3, 60_000, false)]
    [InlineData(2, 45_000, true, "ä")]
    [InlineData(2, 60_000, false, "€")]
    public void Annotations_of_pods_fit_together(int count, int bytes, bool fit, string unit = "x")
    {
        var values = string.Concat(Enumerable.Range(0, count).Select(index => $"        a{index}: {string.Concat(Enumerable.Repeat(unit, bytes / (unit == "x" ? 1 : 2)))}\n"));
        var found = Catalogue.Build(ParsedSet.Parse(DocumentSet.Load(
        [
            ("a.yaml", $"apiVersion: lakehouse.dev/v1alpha1\nkind: Lakehouse\nmetadata: {{name: main}}\nspec:\n  runner:\n    podMetadata:\n      annotations:\n{values}"),
        ]))).Diagnostics;
        Assert.Equal(fit ? [] : [(DocumentCodes.OutOfRange, "spec.runner.podMetadata.annotations")], found.Select(d => (d.Code, d.Field)));
    }
}
