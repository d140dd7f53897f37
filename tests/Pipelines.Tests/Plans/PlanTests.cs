using System.Text.Json.Nodes;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Tests.Plans;

public class PlanTests
{
    public static TheoryData<string> Kinds => ["ingestion", "files", "transformation", "qualitycheck", "probe", "drop"];

    [Theory, MemberData(nameof(Kinds))]
    public void The_text_of_a_plan_is_frozen(string kind) => Golden.Check($"plan-{kind}.json", PlanJson.Write(Plan(kind)));

    [Theory, MemberData(nameof(Kinds))]
    public void A_plan_that_was_written_is_read_back_whole(string kind)
    {
        var text = PlanJson.Write(Plan(kind));
        Assert.Equal(text, PlanJson.Write(PlanJson.Read(text)));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_frozen_plan_is_still_read(string kind) =>
        Assert.Equal(Plan(kind).PlanHash, PlanJson.Read(Golden.Read($"plan-{kind}.json")).PlanHash);

    [Theory, MemberData(nameof(Kinds))]
    public void The_hash_hangs_on_what_would_be_written_and_not_on_the_attempt(string kind)
    {
        var plan = Plan(kind);
        var again = PlanHashes.WithHash(plan with { RunId = "run-0002", Attempt = 3, Trigger = new RunTrigger(TriggerKind.Request, "other") });
        Assert.Equal(plan.PlanHash, again.PlanHash);
        Assert.NotEqual(plan.PlanHash, PlanHashes.WithHash(plan with { Limits = plan.Limits with { Threads = 7 } }).PlanHash);
        Assert.Equal(64, plan.PlanHash.Length);
    }

    [Fact]
    public void The_hash_does_not_hang_on_the_order_of_members()
    {
        var plan = JsonNode.Parse(PlanJson.Write(SamplePlans.Transformation()))!.AsObject();
        var turned = new JsonObject(plan.Reverse().Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
        Assert.Equal((string)plan["planHash"]!, PlanJson.Read(turned.ToJsonString()).PlanHash);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(99)]
    public void A_plan_of_another_protocol_is_refused_for_its_protocol(int protocol)
    {
        var error = Refused(plan =>
        {
            plan["protocol"] = protocol;
            plan["somethingNew"] = true;
        });
        Assert.Equal(RunCodes.ProtocolUnsupported, error.Code);
        Assert.Contains($"protocol {protocol}; this version reads 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_that_is_not_known_is_an_order_that_would_not_be_carried_out()
    {
        var error = Refused(plan => plan["transformation"]!["sorted"] = true);
        Assert.Equal(RunCodes.PlanUnreadable, error.Code);
        Assert.Contains("sorted", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_that_someone_edited_is_refused() =>
        Assert.Equal(RunCodes.PlanAltered, Refused(plan => plan["transformation"]!["table"] = "gold.other").Code);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"protocol\":\"1\"}")]
    [InlineData("{\"protocol\":1}")]
    [InlineData("{\"protocol\":1,\"protocol\":1}")]
    public void What_is_no_plan_is_refused_and_never_throws_anything_else(string text) =>
        Assert.Equal(RunCodes.PlanUnreadable, Assert.Throws<DiagnosticException>(() => PlanJson.Read(text)).Diagnostic.Code);

    [Fact]
    public void No_cut_of_a_plan_is_read_as_a_plan()
    {
        var text = PlanJson.Write(SamplePlans.Ingestion());
        for (var length = 0; length < text.Length; length++)
            Assert.Throws<DiagnosticException>(() => PlanJson.Read(text[..length]));
    }

    [Fact]
    public void Every_default_is_written_into_the_plan()
    {
        var silver = SamplePlans.Silver with { Spec = SamplePlans.Silver.Spec with { Execution = null } };
        var bare = SamplePlans.Setting with { Lakehouse = new LakehouseResource(new Metadata("main"), new LakehouseSpec()) };
        var plan = PlanBuilder.Build(silver, [], [], bare, SamplePlans.Attempt(TriggerKind.OnChange, "k"));
        Assert.Equal(new RunLimits(TimeSpan.FromSeconds(1800), 2L << 30, 10L << 30, 2), plan.Limits);
        Assert.Equal((256L << 20, TimeSpan.FromHours(168), TimeSpan.FromHours(168)), (plan.Lake.TargetFileSizeBytes, plan.Lake.LogRetention, plan.Lake.FileRetention));
        Assert.NotNull(plan.Transformation!.Materialization.Replace);

        var files = PlanBuilder.Build(SamplePlans.Packages, [], drain: false, bare, SamplePlans.Attempt(TriggerKind.Stream, "k")).Ingestion!;
        Assert.Equal((TimeSpan.FromSeconds(60), 100_000, 128L << 20), (files.CommitInterval, files.CommitRows, files.CommitBytes));
        Assert.Equal(("*", TimeSpan.FromSeconds(2), ",", "\""), (files.Source.Files!.Pattern, files.Source.Files.SettleFor!.Value.Value, files.Source.Files.Format.Csv!.Delimiter, files.Source.Files.Format.Csv.Quote));
    }

    [Fact]
    public void The_nearest_limit_counts()
    {
        var lakehouse = new LakehouseResource(new Metadata("main"), new LakehouseSpec(Runner: new LakehouseRunnerSpec(
            new ResourcesSpec(new ResourceAmounts(Quantity.Parse("1Gi"))), Scratch: new ScratchSpec(Quantity.Parse("5Gi")))));
        var own = SamplePlans.Silver with
        {
            Spec = SamplePlans.Silver.Spec with { Runner = new RunnerSpec(new ResourcesSpec(new ResourceAmounts(Quantity.Parse("3Gi")))), Execution = new ExecutionSpec(Threads: 1) },
        };
        var limits = PlanBuilder.Build(own, [], [], SamplePlans.Setting with { Lakehouse = lakehouse }, SamplePlans.Attempt(TriggerKind.OnChange, "k")).Limits;
        Assert.Equal(new RunLimits(TimeSpan.FromSeconds(1800), 3L << 30, 5L << 30, 1), limits);
    }

    /// <summary>As the pods' requests and limits are: each field that is set replaces the Lakehouse's whole.</summary>
    [Fact]
    public void A_field_that_is_set_replaces_the_Lakehouses_whole()
    {
        var shared = new LakehouseRunnerSpec(new ResourcesSpec(new ResourceAmounts(new Quantity(9L << 30))), Scratch: new ScratchSpec(new Quantity(5L << 30)));
        var lakehouse = new LakehouseResource(new Metadata("main"), new LakehouseSpec(Runner: shared));
        RunLimits Of(RunnerSpec? own) => PlanBuilder.Build(
            SamplePlans.Silver with { Spec = SamplePlans.Silver.Spec with { Runner = own } }, [], [], SamplePlans.Setting with { Lakehouse = lakehouse }, SamplePlans.Attempt(TriggerKind.OnChange, "k")).Limits;

        Assert.Equal((9L << 30, 5L << 30), (Of(null).MemoryBytes, Of(null).ScratchBytes));
        var own = Of(new RunnerSpec(new ResourcesSpec(Requests: new ResourceAmounts(new Quantity(1L << 30))), Scratch: new ScratchSpec()));
        Assert.Equal((SamplePlans.Setting.MemoryBytes, Defaults.ScratchBytes), (own.MemoryBytes, own.ScratchBytes));
    }

    [Fact]
    public void Only_row_level_checks_gate_what_is_ingested()
    {
        var gates = SamplePlans.Ingestion().Ingestion!.Gates!;
        Assert.Equal(["bronze.events"], gates.Keys);
        Assert.Equal(["user"], gates["bronze.events"].Single().Checks.Select(check => check.Name));
        Assert.Null(SamplePlans.Files().Ingestion!.Gates);
    }

    [Fact]
    public void Adopting_gives_a_resource_nothing_to_drop()
    {
        var adopting = SamplePlans.Silver with { Metadata = new Metadata("silver-events", Annotations: new Dictionary<string, string> { ["lakehouse.dev/adopt"] = "true" }) };
        Assert.True(PlanBuilder.Build(adopting, [], [], SamplePlans.Setting, SamplePlans.Attempt(TriggerKind.OnChange, "k")).Adopt);
        var drop = PlanBuilder.BuildDrop(adopting, ["silver.b", "silver.a", "silver.b"], SamplePlans.Setting, SamplePlans.Attempt(TriggerKind.OnChange, "delete"));
        Assert.Null(drop.Adopt);
        Assert.Null(drop.Transformation);
        Assert.Equal(["silver.a", "silver.b"], drop.Drop!.Tables);
    }

    [Fact]
    public void The_sqls_hash_hangs_on_what_shapes_the_result()
    {
        var hash = PlanHashes.Sql("SELECT 1\n  AS x", null, null);
        Assert.Equal(hash, PlanHashes.Sql("\r\nSELECT 1\r\n  AS x\r\n", new MaterializationSpec(Replace: new ReplaceSpec()), []));
        Assert.NotEqual(hash, PlanHashes.Sql("SELECT 2\n  AS x", null, null));
        Assert.NotEqual(hash, PlanHashes.Sql("SELECT 1\n  AS x", null, [new PartitionSpec("x")]));
    }

    [Fact]
    public void Consumed_inputs_survive_their_text()
    {
        var consumed = new ConsumedInputs(
            [new ConsumedInput("bronze.events", "t-1", 5), new ConsumedInput("bronze.events", "t-1", 3, 3)], "sql", new Dictionary<string, string> { ["q"] = "checks" });
        Golden.Check("consumed-inputs.json", consumed.ToJson());
        Assert.Equal(consumed.ToJson(), ConsumedInputs.TryParse(consumed.ToJson())!.ToJson());
        Assert.DoesNotContain('\n', consumed.ToJson());
        Assert.Null(ConsumedInputs.TryParse("{\"inputs\":[],\"of\":\"another writer\"}"));
    }

    private static RunPlan Plan(string kind) => kind switch
    {
        "ingestion" => SamplePlans.Ingestion(),
        "files" => SamplePlans.Files(),
        "transformation" => SamplePlans.Transformation(),
        "probe" => SamplePlans.Probe(),
        "drop" => SamplePlans.Drop(),
        _ => SamplePlans.QualityCheck(),
    };

    private static Diagnostic Refused(Action<JsonNode> edit)
    {
        var plan = JsonNode.Parse(PlanJson.Write(SamplePlans.Transformation()))!;
        edit(plan);
        return Assert.Throws<DiagnosticException>(() => PlanJson.Read(plan.ToJsonString())).Diagnostic;
    }
}
