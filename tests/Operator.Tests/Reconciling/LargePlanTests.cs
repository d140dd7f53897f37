using System.Globalization;
using System.Text;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Tests.Model;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Tests.Reconciling;

/// <summary>Specs that are valid and too large for what a run is made from.</summary>
public sealed class LargePlanTests
{
    private readonly Scene scene = new();

    public LargePlanTests()
    {
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", Specs.Lakehouse);
        scene.Cluster.Apply(ResourceKind.Ingestion, "orders", Specs.Stream());
        scene.Settle();
    }

    private static string Values(int checks, int values, string text = "0123456789") => string.Join(',', Enumerable.Range(0, checks).Select(check =>
        $"{{'name':'c{check}','values':{{'column':'order_id','in':[{string.Join(',', Enumerable.Range(0, values).Select(value => $"'{text}{value}'"))}]}}}}"));

    private void IsStalled(ResourceKind kind, string name, string field)
    {
        Assert.Equal("False/Invalid", scene.Ready(kind, name));
        Assert.Equal(ConditionStatus.True, scene.Condition(kind, name, ConditionTypes.Stalled).Status);
        var message = scene.Condition(kind, name).Message;
        Assert.StartsWith($"LH8005: {field}: ", message, StringComparison.Ordinal);
        Assert.Contains("; ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_QualityCheck_is_stalled_with_field_and_fix_and_keeps_nobodys_place()
    {
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", Specs.Lakehouse[..^1] + ",'runner':{'maxConcurrentRuns':1}}");
        scene.Cluster.Apply(ResourceKind.QualityCheck, "large", Specs.Gate("bronze.orders", Values(50, 1000), enforcement: "Report"));
        scene.Pass(TimeSpan.FromSeconds(1));
        scene.Cluster.Apply(ResourceKind.QualityCheck, "small", Specs.Gate("bronze.orders", enforcement: "Report"));
        scene.Settle();

        IsStalled(ResourceKind.QualityCheck, "large", "spec.checks");
        Assert.Equal("True/Evaluated", scene.Ready(ResourceKind.QualityCheck, "small"));
        Assert.DoesNotContain(scene.Cluster.Made, job => job.StartsWith("large", StringComparison.Ordinal));
        var writes = scene.Cluster.Writes.Count;
        scene.Pass(TimeSpan.FromHours(1));
        scene.Look();
        scene.Look();
        Assert.InRange(scene.Cluster.Writes.Count - writes, 0, 3); // What the silent stream's status says.

        scene.Cluster.Apply(ResourceKind.QualityCheck, "large", Specs.Gate("bronze.orders", Values(10, 1000), enforcement: "Report"));
        scene.Settle();
        Assert.Equal("True/Evaluated", scene.Ready(ResourceKind.QualityCheck, "large"));
    }

    [Fact]
    public void A_Transformation_whose_gates_are_too_large_names_the_largest()
    {
        scene.Cluster.Apply(ResourceKind.Transformation, "silver", Specs.Select("silver.orders", "bronze.orders"));
        scene.Settle();
        scene.Cluster.Apply(ResourceKind.QualityCheck, "one", Specs.Gate("silver.orders", Values(20, 1000)));
        scene.Cluster.Apply(ResourceKind.QualityCheck, "two", Specs.Gate("silver.orders", Values(18, 1000)));
        scene.Settle();

        IsStalled(ResourceKind.Transformation, "silver", "spec.table");
        Assert.Contains("QualityCheck/one", scene.Condition(ResourceKind.Transformation, "silver").Message, StringComparison.Ordinal);
        Assert.Equal(1, scene.Transformation("silver").Output!.Version);
    }

    [Fact]
    public void An_Ingestions_last_good_plan_reads_on()
    {
        var running = scene.Cluster.Deployments.Single().Value.Spec;
        scene.Cluster.Apply(ResourceKind.Ingestion, "orders", Wide(999));
        scene.Settle();

        IsStalled(ResourceKind.Ingestion, "orders", "spec.tables");
        Assert.Same(running, scene.Cluster.Deployments.Single().Value.Spec);
    }

    private static string Wide(int columns)
    {
        var text = new StringBuilder();
        for (var column = 0; column < columns; column++)
            text.Append(CultureInfo.InvariantCulture, $",{{'name':'c{column}','type':'VARCHAR','path':'$.{new string('p', 900)}'}}");
        return Specs.Stream().Replace("'required':true}", $"'required':true}}{text}", StringComparison.Ordinal);
    }

    /// <summary>A plan is not measured where its parts cannot add up to too much: that must hold for the worst spelling.</summary>
    [Theory]
    [InlineData("&")]
    [InlineData("\\u0001")]
    [InlineData("ä")]
    [InlineData("")]
    public void What_is_let_through_fits_into_a_ConfigMap(string unit)
    {
        var text = string.Concat(Enumerable.Repeat(unit, 12));
        scene.Cluster.Apply(ResourceKind.QualityCheck, "large", Specs.Gate("bronze.orders", Values(2, 1000, text), enforcement: "Report"));
        scene.Settle();

        Assert.Contains(scene.Cluster.Made, job => job.StartsWith("large", StringComparison.Ordinal));
        Assert.InRange(scene.Cluster.PlanBytes, 1, PlanBounds.MostBytes);
    }

    [Fact]
    public void More_inputs_than_a_status_holds_are_refused_and_not_run_for_ever()
    {
        var tables = string.Join(" JOIN ", Enumerable.Range(0, 1100).Select(table => $"silver.t{table}"));
        scene.Cluster.Apply(ResourceKind.Transformation, "wide", Specs.Select("gold.wide", tables));
        scene.Look();
        Assert.Equal("False/WaitingForUpstream", scene.Ready(ResourceKind.Transformation, "wide"));
        for (var table = 0; table < 1100; table++)
            scene.Cluster.Apply(ResourceKind.Transformation, $"t{table}", Specs.Select($"silver.t{table}", "bronze.orders", ",'suspend':true"));
        scene.Look();

        IsStalled(ResourceKind.Transformation, "wide", "spec.sql");
    }
}
