using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using LakehouseOperator.Manifests.Crds;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Statuses;
using LakehouseOperator.Testing.Schemas;

namespace LakehouseOperator.Pipelines.Tests.Statuses;

/// <summary>Whatever goes into a status, the API server takes it as a whole.</summary>
public sealed class StatusBoundsTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 40)];

    [Theory, MemberData(nameof(Seeds))]
    public void Any_Lakehouse(int seed) => Fits<LakehouseStatus>("lakehouses", seed, StatusJson.Default.LakehouseStatus);

    [Theory, MemberData(nameof(Seeds))]
    public void Any_Ingestion(int seed) => Fits<IngestionStatus>("ingestions", seed, StatusJson.Default.IngestionStatus);

    [Theory, MemberData(nameof(Seeds))]
    public void Any_Transformation(int seed) => Fits<TransformationStatus>("transformations", seed, StatusJson.Default.TransformationStatus);

    [Theory, MemberData(nameof(Seeds))]
    public void Any_QualityCheck(int seed) => Fits<QualityCheckStatus>("qualitychecks", seed, StatusJson.Default.QualityCheckStatus);

    private static void Fits<T>(string plural, int seed, JsonTypeInfo<T> contract)
        where T : class
    {
        var status = (T)new Absurdity(new Random(seed)).Of(typeof(T))!;
        var text = StatusBounds.Write(status, contract);
        var written = JsonNode.Parse(text);
        Assert.Empty(StructuralSchema.Faults(written, Schema(plural)).Take(5));
        Assert.InRange(text.Length, 2, 1_500_000);

        // What comes back is written again as it is: a status that never settled would be written for ever.
        var read = StatusJson.TryRead(text, contract);
        Assert.NotNull(read);
        Assert.Equal(Encoding.UTF8.GetString(text), Encoding.UTF8.GetString(StatusBounds.Write(read, contract)));
    }

    private static JsonObject Schema(string plural) =>
        CrdDocument.Build(CustomResourceKinds.All.Single(kind => kind.Plural == plural))["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!["status"]!.AsObject();

    /// <summary>Were it not cut, the schema would refuse it: the law above can fail.</summary>
    [Fact]
    public void The_absurd_does_not_fit_by_itself()
    {
        var refused = Seeds.Count(seed =>
        {
            var status = (IngestionStatus)new Absurdity(new Random(seed.Data)).Of(typeof(IngestionStatus))!;
            return StructuralSchema.Faults(JsonSerializer.SerializeToNode(status, StatusJson.Default.IngestionStatus), Schema("ingestions")).Count > 0;
        });
        Assert.InRange(refused, 35, 40);
    }

    [Fact]
    public void What_fits_is_written_as_it_is()
    {
        var noon = new DateTimeOffset(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);
        var status = new QualityCheckStatus(
            3, [new Condition(ConditionTypes.Passed, ConditionStatus.False, "ChecksFailed", "zu groß: 5 > 3 🙂", noon, 3)], long.MaxValue, -1, "t", "h", new CheckSummaryStatus(1, 0, 0, "1/1"), noon,
            [new CheckStatus(new string('n', 63), "rows", CheckOutcome.Failed, "", 0.1, "")], new LastRunStatus("r", new TriggerStatus(TriggerKind.Request, ""), 1, "1", noon, noon));
        Assert.Equal(JsonSerializer.Serialize(status, StatusJson.Default.QualityCheckStatus), Encoding.UTF8.GetString(StatusBounds.Write(status, StatusJson.Default.QualityCheckStatus)));
    }

    [Fact]
    public void What_cannot_be_cut_is_left_out_alone()
    {
        var noon = new DateTimeOffset(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);
        CheckStatus One(string name, CheckOutcome outcome) => new(name, "rows", outcome, "max 0");
        var status = new QualityCheckStatus(Checks: [One("a", CheckOutcome.Passed), One("", CheckOutcome.Passed), One("c", (CheckOutcome)99), One("d", CheckOutcome.NoData)], EvaluatedTime: noon, TableId: "");
        var read = StatusJson.TryRead(StatusBounds.Write(status, StatusJson.Default.QualityCheckStatus), StatusJson.Default.QualityCheckStatus)!;

        Assert.Equal(["a", "d"], read.Checks!.Select(check => check.Name));
        Assert.Equal((noon, null), (read.EvaluatedTime, read.TableId));
    }

    /// <summary>Each is within its bounds, and etcd takes them not together; what was found stays.</summary>
    [Fact]
    public void Words_that_are_too_many_together_are_cut_and_nothing_is_left_out()
    {
        var words = string.Concat(Enumerable.Repeat("ä", 4000));
        var status = new QualityCheckStatus(Checks: [.. Enumerable.Range(0, 100).Select(index => new CheckStatus(new string('n', 60) + index, "rows", CheckOutcome.Failed, words[..1000], index, words))]);
        var text = StatusBounds.Write(status, StatusJson.Default.QualityCheckStatus);
        var read = StatusJson.TryRead(text, StatusJson.Default.QualityCheckStatus)!;

        Assert.InRange(text.Length, 100_000, 1_400_000);
        Assert.Equal(status.Checks!.Select(check => (check.Name, check.Measured)), read.Checks!.Select(check => (check.Name, check.Measured)));
        Assert.All(read.Checks!, check => Assert.EndsWith("…", check.Message, StringComparison.Ordinal));
        Assert.Equal(text, StatusBounds.Write(read, StatusJson.Default.QualityCheckStatus));
    }

    [Theory]
    [InlineData("abcdef", 4, "abc…")]
    [InlineData("ab🙂def", 4, "ab…")]
    [InlineData("abc", 3, "abc")]
    public void A_cut_is_never_within_a_character(string text, int most, string cut) => Assert.Equal(cut, StatusBounds.Cut(text, most));

    /// <summary>etcd takes requests of 1.5 MiB.</summary>
    [Fact]
    public void The_largest_that_can_mean_something_fits_into_etcd()
    {
        var noon = new DateTimeOffset(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);
        List<InputStatus> inputs = [.. Enumerable.Range(0, 1000).Select(index => new InputStatus(new string('t', 120) + index, new string('i', 36), long.MaxValue, long.MaxValue))];
        List<GateStatus> gates = [.. Enumerable.Range(0, 1000).Select(index => new GateStatus(new string('g', 60) + index, new string('h', 64)))];
        var status = new TransformationStatus(
            1, null, inputs, new OutputStatus("gold.t", Gates: gates),
            new LastRunStatus("r", new TriggerStatus(TriggerKind.OnChange, new string('k', 65_000)), 1, "1", noon, noon, Inputs: inputs, Gates: gates));
        Assert.InRange(StatusBounds.Write(status, StatusJson.Default.TransformationStatus).Length, 500_000, 1_400_000);
    }
}
