using System.Globalization;
using LakehouseOperator.Operator.Reports;
using LakehouseOperator.Operator.Tests.Model;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Tests.Reports;

/// <summary>Runners that say anything, and specs as large as they may be. The model's API server refuses a status that its schema would.</summary>
public sealed class AbsurdReportTests
{
    private const ResourceKind Xf = ResourceKind.Transformation;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 6)];

    private static string Text(Random random) => random.Next(9) switch
    {
        0 => "",
        1 => new string('m', 10_000),
        2 => string.Concat(Enumerable.Repeat("🙂", 3000)),
        3 => "\ud800",
        4 => new string('s', 4094) + "\udc00\ud83d\ud83d",
        5 => "a\0\u001b[2J\r\n\u202e",
        6 => new string('ü', 5000),
        7 => "silver.orders",
        _ => "LH2003",
    };

    private static long Number(Random random) => random.Next(5) switch { 0 => long.MaxValue, 1 => long.MinValue, 2 => -1, 3 => 0, _ => 17 };

    private static double Real(Random random) => random.Next(6) switch { 0 => double.NaN, 1 => double.PositiveInfinity, 2 => double.NegativeInfinity, 3 => double.MaxValue, 4 => -5, _ => 0.5 };

    private static List<T> Many<T>(Random random, Func<int, T> one) => [.. Enumerable.Range(0, random.Next(3) switch { 0 => 0, 1 => 3, _ => 1300 }).Select(one)];

    private static TableReport Table(Random random, string name) =>
        new(name, Text(random), Number(random), Number(random), Number(random), Number(random), Number(random), null, null, Number(random), Real(random));

    /// <summary>Of the run that it is of, but for which nobody would take it; anything else may be anything.</summary>
    private static RunReport Absurd(Random random, RunReport report)
    {
        string[] names = ["bronze.orders", "bronze.orders__quarantine", "silver.orders", "silver.other"];
        string Name(int index) => random.Next(3) == 0 ? Text(random) : index < names.Length ? names[index] : string.Create(CultureInfo.InvariantCulture, $"bronze.t{index}");
        var version = (int index) => new InputVersion(Name(index), Text(random), Number(random), Number(random));
        var end = random.Next(4) == 0;
        return report with
        {
            Result = report.Result != RunResult.Running && random.Next(5) == 0 ? (RunResult)99 : report.Result,
            Error = random.Next(2) == 0 ? null : new RunError(Text(random), random.Next(3) == 0 ? (RunnerExit)77 : RunnerExit.Store, Text(random), Text(random), random.Next(), -1, Text(random)),
            Inputs = Many(random, version),
            Tables = end ? report.Tables : Many(random, index => Table(random, Name(index))),
            Quarantines = Many(random, version),
            RowsRead = Number(random),
            RowsWritten = Number(random),
            Checks = Many(random, index => new CheckResult(random.Next(2) == 0 ? "gate" : Text(random), Text(random), Text(random), (CheckOutcome)random.Next(8), Real(random), Text(random), Text(random))),
            Storage = report.Storage is null ? null : new StorageReport(true, null, int.MinValue),
            Consumed = random.Next(3) == 0 ? report.Consumed : new ConsumedInputs(
                [.. Many(random, index => new ConsumedInput(Name(index), Text(random), Number(random)))], Text(random), Many(random, index => index).ToDictionary(index => Text(random) + index, _ => Text(random), StringComparer.Ordinal)),
        };
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Whatever_a_runner_says_the_status_is_taken_and_the_truth_is_found_again(int seed)
    {
        var random = new Random(seed);
        var scene = new Scene();
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", Specs.Lakehouse);
        scene.Cluster.Apply(ResourceKind.Ingestion, "orders", Specs.Stream());
        scene.Cluster.Apply(Xf, "silver", Specs.Select("silver.orders", "bronze.orders", ",'execution':{'retries':10}"));
        scene.Cluster.Apply(ResourceKind.QualityCheck, "gate", Specs.Gate("silver.orders"));
        for (var round = 0; round < 12; round++)
        {
            scene.Look();
            scene.Kubelet.Begin();
            scene.Kubelet.Stream(report => scene.Take(Absurd(random, report)));
            scene.Kubelet.Finish(report => scene.Take(Absurd(random, report)), message: false);
            scene.Look();
            scene.Pass(TimeSpan.FromSeconds(random.Next(1, 400)));
        }

        // A runner that has come to its senses, and a cause that nobody has failed for good.
        scene.Cluster.Apply(Xf, "silver", Specs.Select("silver.orders", "bronze.orders"));
        scene.Lake.Write("bronze.orders");
        scene.Settle();
        Assert.True(scene.Ready(Xf, "silver") == "True/Succeeded", scene.Condition(Xf, "silver").ToString());
        Assert.Equal("True/Streaming", scene.Ready(ResourceKind.Ingestion, "orders"));
        Assert.Equal(ConditionStatus.True, scene.Condition(ResourceKind.QualityCheck, "gate", ConditionTypes.Passed).Status);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void A_report_is_bounded_once_and_for_all(int seed)
    {
        var random = new Random(seed);
        var report = ReportBounds.Of(Absurd(random, new RunReport(1, "run", Xf, "shop", "silver", RunResult.Succeeded, default, default)));
        var again = ReportBounds.Of(report);
        Assert.Equal(ReportJson.Write(report), ReportJson.Write(again));
        Assert.All(report.Quarantines!, side => Assert.InRange(side.Table.Length, 3, 127));
        Assert.InRange(report.Quarantines!.Count, 0, 1000);
    }

    [Fact]
    public void As_many_tables_as_a_spec_may_have_are_told_with_their_quarantines()
    {
        var scene = new Scene();
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", Specs.Lakehouse[..^1] + $",'layers':{{'{new string('l', 63)}':{{}}}}}}");
        var names = Enumerable.Range(0, 64).Select(index => string.Create(CultureInfo.InvariantCulture, $"{new string('l', 63)}.{new string('t', 49)}{index:00}")).ToList();
        var tables = string.Join(',', names.Select((name, index) => $"{{'from':'s{index}','name':'{name}','columns':[{{'name':'order_id','type':'VARCHAR'}}]}}"));
        scene.Cluster.Apply(ResourceKind.Ingestion, "orders", Specs.Stream().Split("'tables'")[0] + $"'tables':[{tables}]}}");
        scene.Settle();
        Assert.Equal("True/Streaming", scene.Ready(ResourceKind.Ingestion, "orders"));
        scene.Kubelet.Stream(report => scene.Take(report with { CompletionTime = scene.Cluster.Now, Quarantines = [.. names.Select(name => new InputVersion(name + "__quarantine", "id", 1, 1))] }));
        scene.Look();

        var told = scene.Ingestion("orders").Tables!;
        Assert.Equal(128, told.Count);
        Assert.Equal(names, told.Take(64).Select(table => table.Name));
        Assert.Equal(names.Select(name => name + "__quarantine"), told.Skip(64).Select(table => table.Name));
    }

    /// <summary>A request is cut for annotations and statuses; what is cut in two would come back as something else, and run for ever.</summary>
    [Fact]
    public void A_request_may_be_any_text_and_is_answered_once()
    {
        foreach (var request in new[] { new string('x', 127) + string.Concat(Enumerable.Repeat("🙂", 5000)), new string('x', 126) + string.Concat(Enumerable.Repeat("🙂", 5000)), "a\0b\u001b;request=c", "" })
        {
            var scene = new Scene();
            scene.Cluster.Apply(ResourceKind.Lakehouse, "main", Specs.Lakehouse);
            scene.Cluster.Apply(ResourceKind.Ingestion, "orders", Specs.Stream());
            scene.Cluster.Apply(Xf, "silver", Specs.Select("silver.orders", "bronze.orders"));
            scene.Settle();
            var made = scene.Cluster.Made.Count;
            scene.Cluster.Apply(Xf, "silver", Specs.Select("silver.orders", "bronze.orders"), ("lakehouse.dev/requested-at", request));
            scene.Settle();

            Assert.Equal(made + 1, scene.Cluster.Made.Count);
            Assert.Equal("True/Succeeded", scene.Ready(Xf, "silver"));
        }
    }
}
