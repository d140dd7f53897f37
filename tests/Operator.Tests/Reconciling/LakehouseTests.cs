using LakehouseOperator.Operator.Tests.Model;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Tests.Reconciling;

/// <summary>A Lakehouse's probe, and what waits for it.</summary>
public sealed class LakehouseTests
{
    private const ResourceKind Lh = ResourceKind.Lakehouse;
    private const ResourceKind Xf = ResourceKind.Transformation;

    private static Scene Of(string spec = Specs.Lakehouse)
    {
        var scene = new Scene();
        scene.Cluster.Apply(Lh, "main", spec);
        scene.Cluster.Apply(ResourceKind.Ingestion, "orders", Specs.Stream());
        scene.Cluster.Apply(Xf, "silver", Specs.Select("silver.orders", "bronze.orders"));
        scene.Lake.Write("bronze.orders");
        return scene;
    }

    /// <summary>The probe under way ends so.</summary>
    private static void Probed(Scene scene, ErrorCode? error, bool? conditional = true)
    {
        scene.Kubelet.Begin();
        var job = scene.JobOf(Lh, "main");
        var plan = scene.Cluster.PlanOf(job.Metadata.Name!);
        scene.Take(new RunReport(
            1, plan.RunId, plan.Kind, plan.Namespace, plan.Name, error is null ? RunResult.Succeeded : RunResult.Failed, scene.Cluster.Now, scene.Cluster.Now,
            error is null ? null : new RunError(error.Id, error.Exit, "words"), Storage: new StorageReport(error is null, conditional, 0)));
        scene.Kubelet.End(job.Metadata.Name!, (int)(error?.Exit ?? RunnerExit.Done));
        scene.Look();
        scene.Look();
    }

    [Fact]
    public void Nothing_is_started_before_the_store_has_been_probed()
    {
        var scene = Of();
        scene.Look();
        scene.Look();

        Assert.Equal(["Lakehouse"], scene.Cluster.Jobs.Values.Select(job => job.Metadata.OwnerReferences![0].Kind));
        Assert.Empty(scene.Cluster.Deployments);
        Assert.Equal("False/Probing", scene.Ready(Lh, "main"));
        Assert.Equal(ConditionStatus.True, scene.Condition(Lh, "main", "Reconciling").Status);
        Assert.Equal("False/LakehouseNotReady", scene.Ready(ResourceKind.Ingestion, "orders"));
    }

    [Fact]
    public void Once_it_was_probed_streams_and_runs_start()
    {
        var scene = Of();
        scene.Look();
        Probed(scene, null);

        Assert.Equal("True/Ready", scene.Ready(Lh, "main"));
        Assert.Single(scene.Cluster.Deployments);
        Assert.True(scene.Lakehouse("main").Storage!.Reachable);
        Assert.True(scene.Lakehouse("main").Storage!.ConditionalWrites);
    }

    public static TheoryData<string, string, bool> Failures => new()
    {
        { TableCodes.StoreCredentialsRefused.Id, "CredentialsRefused", true },
        { TableCodes.BucketMissing.Id, "BucketMissing", true },
        { TableCodes.ConditionalWritesUnsupported.Id, "ConditionalWritesUnsupported", true },
        { TableCodes.LocationOwned.Id, "LocationOwned", false },
        { RunCodes.SecretMissing.Id, "SecretMissing", true },
        { TableCodes.StoreUnreachable.Id, "StoreUnreachable", true },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_probe_that_failed_says_why_and_is_tried_again_where_waiting_may_help(string code, string reason, bool again)
    {
        var error = ErrorReference.Find(code)!;
        var scene = Of();
        scene.Look();
        Probed(scene, error, false);

        Assert.Equal($"False/{reason}", scene.Ready(Lh, "main"));
        Assert.Empty(scene.Cluster.Jobs);
        Assert.Empty(scene.Cluster.Deployments);
        Assert.Equal(error.Exit == RunnerExit.Invalid, scene.Condition(Lh, "main", "Stalled").Status == ConditionStatus.True);
        Assert.Equal(again, error.Exit is RunnerExit.Store or RunnerExit.SecretMissing);
        if (error.Exit is RunnerExit.Store or RunnerExit.SecretMissing)
        {
            Assert.NotNull(scene.Again);
            while (scene.Cluster.Jobs.Count == 0)
            {
                scene.Cluster.Now = scene.Again!.Value;
                scene.Look();
            }

            Assert.Equal("2", scene.JobOf(Lh, "main").Metadata.Annotations!["lakehouse.dev/attempt"]);
            Probed(scene, null);
            Assert.Equal("True/Ready", scene.Ready(Lh, "main"));
        }
        else
        {
            scene.Pass(TimeSpan.FromMinutes(1));
            scene.Look();
            scene.Look();
            Assert.Null(scene.Again);
            scene.Pass(TimeSpan.FromDays(1));
            Assert.False(scene.Look());
        }
    }

    [Fact]
    public void A_failing_probe_backs_off_to_five_minutes_and_loops_no_faster()
    {
        var scene = Of();
        scene.Look();
        var started = new List<DateTimeOffset>();
        for (var i = 0; i < 12; i++)
        {
            started.Add(scene.Cluster.Now);
            Probed(scene, TableCodes.StoreUnreachable);
            while (scene.Cluster.Jobs.Count == 0)
            {
                scene.Cluster.Now = scene.Again!.Value;
                scene.Look();
            }
        }

        Assert.Equal([5, 10, 20, 40, 80, 160, 300, 300, 300, 300, 300], started.Zip(started.Skip(1), (a, b) => (int)(b - a).TotalSeconds));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{'layers':{'gold':{'location':'s3://gold/acme'}}}")]
    public void Without_storage_it_is_stalled_and_nothing_is_made(string spec)
    {
        var scene = Of(spec);
        scene.Look();

        Assert.Equal("False/Invalid", scene.Ready(Lh, "main"));
        Assert.Equal(ConditionStatus.True, scene.Condition(Lh, "main", "Stalled").Status);
        Assert.Empty(scene.Cluster.Jobs);
        Assert.Contains("spec.storage", scene.Condition(Lh, "main").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Storage_that_was_taken_up_cannot_be_changed_and_what_runs_goes_on()
    {
        var scene = Of();
        scene.Settle();
        var deployment = scene.Cluster.Deployments.Values.Single();
        scene.Cluster.Apply(Lh, "main", Specs.Lakehouse.Replace("'lake'", "'another'", StringComparison.Ordinal));
        scene.Settle();

        Assert.Equal("False/Invalid", scene.Ready(Lh, "main"));
        Assert.Contains("LH8002", scene.Condition(Lh, "main").Message, StringComparison.Ordinal);
        Assert.Equal(deployment.Spec!.Template!.Metadata!.Labels, scene.Cluster.Deployments.Values.Single().Spec!.Template!.Metadata!.Labels);
        Assert.Equal(1, scene.Cluster.Deployments.Values.Single().Spec!.Replicas);

        scene.Cluster.Apply(Lh, "main", Specs.Lakehouse);
        scene.Settle();
        Assert.Equal("True/Ready", scene.Ready(Lh, "main"));
    }

    [Fact]
    public void A_stream_is_suspended_although_its_Lakehouse_cannot_be_used()
    {
        var scene = Of();
        scene.Settle();
        scene.Cluster.Apply(Lh, "main", Specs.Lakehouse.Replace("'lake'", "'another'", StringComparison.Ordinal));
        scene.Settle();
        scene.Cluster.Apply(ResourceKind.Ingestion, "orders", Specs.Stream(more: ",'suspend':true"));
        scene.Settle();

        Assert.Empty(scene.Cluster.Deployments);
        Assert.Equal("True/Suspended", scene.Ready(ResourceKind.Ingestion, "orders"));
    }

    [Fact]
    public void A_request_probes_once()
    {
        var scene = Of();
        scene.Settle();
        scene.Cluster.Apply(Lh, "main", Specs.Lakehouse, ("lakehouse.dev/requested-at", "one"));
        var before = scene.Cluster.Made.Count;
        scene.Settle();
        scene.Settle();

        Assert.Single(scene.Cluster.Made.Skip(before));
        Assert.Equal("one", scene.Lakehouse("main").LastHandledRequest);
    }

    [Fact]
    public void A_policy_that_the_API_server_refuses_is_told_and_tried_ever_less_often()
    {
        var scene = Of();
        scene.Settle();
        var tries = 0;
        scene.Refuses = act => act is Operator.Reconciling.Act.ApplyPolicy
            ? new Operator.Reconciling.Setback("JobRefused", "LH8003: refused", ++tries, scene.Cluster.Now + Pipelines.Decisions.Attempts.Backoff(tries))
            : null;
        scene.Cluster.Apply(Lh, "main", Specs.Lakehouse[..^1] + ",'networkPolicy':{'egress':[{'ports':'wrong'}]}}");
        for (var i = 0; i < 600; i++)
        {
            scene.Look();
            scene.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("False/JobRefused", scene.Ready(Lh, "main"));
        Assert.InRange(tries, 2, 9);
        Assert.Equal("True/Succeeded", scene.Ready(Xf, "silver"));
    }
}
