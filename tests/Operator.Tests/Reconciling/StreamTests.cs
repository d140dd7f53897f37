using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Operator.Tests.Model;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Tests.Reconciling;

/// <summary>Ingestions as streams.</summary>
public sealed class StreamTests
{
    private const ResourceKind Igs = ResourceKind.Ingestion;

    private static Scene Running(string spec = "")
    {
        var scene = new Scene();
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", Specs.Lakehouse);
        scene.Cluster.Apply(Igs, "orders", spec.Length > 0 ? spec : Specs.Stream());
        scene.Settle();
        Assert.Equal("True/Streaming", scene.Ready(Igs, "orders"));
        return scene;
    }

    private static Deployment Deployment(Scene scene) => scene.Cluster.Deployments.Values.Single();

    /// <summary>The stream's container ended, and waits to be started again.</summary>
    private static void Break(Scene scene, int exit, RunError? error = null, bool ended = true)
    {
        var (name, pod) = scene.Cluster.Pods.Single();
        var plan = Deployment(scene).Spec!.Template!.Metadata!.Labels!["lakehouse.dev/run-id"];
        var message = error is null ? null : TerminationMessage.Write(new RunReport(1, plan, Igs, "shop", "orders", RunResult.Failed, scene.Cluster.Now, scene.Cluster.Now, error));
        var end = new ContainerStateTerminated { ExitCode = exit, Reason = "Error", Message = message, StartedAt = scene.Cluster.Now, FinishedAt = scene.Cluster.Now };
        scene.Cluster.Pods[name] = pod with
        {
            Status = new PodStatus
            {
                Phase = "Running",
                ContainerStatuses = [new ContainerStatus { Name = RunPod.Runner, RestartCount = 1, State = ended ? new ContainerState { Waiting = new ContainerStateWaiting { Reason = "CrashLoopBackOff" } } : new ContainerState { Running = new ContainerStateRunning { StartedAt = scene.Cluster.Now } }, LastState = new ContainerState { Terminated = end } }],
            },
        };
    }

    [Fact]
    public void A_stream_tells_its_tables_and_that_its_source_answers()
    {
        var scene = Running();

        Assert.Equal("bronze.orders", Assert.Single(scene.Ingestion("orders").Tables!).Name);
        Assert.Equal(ConditionStatus.True, scene.Condition(Igs, "orders", "SourceConnected").Status);
        Assert.Equal((0L, 10L), (scene.Ingestion("orders").LagRecords, scene.Ingestion("orders").Rows));
    }

    [Fact]
    public void Suspending_takes_the_replica_away_and_resuming_gives_it_back()
    {
        var scene = Running();
        var name = Deployment(scene).Metadata.Name;
        scene.Cluster.Apply(Igs, "orders", Specs.Stream(more: ",'suspend':true"));
        scene.Settle();
        Assert.Equal((0, name), (Deployment(scene).Spec!.Replicas, Deployment(scene).Metadata.Name));
        Assert.Equal("True/Suspended", scene.Ready(Igs, "orders"));

        scene.Cluster.Apply(Igs, "orders", Specs.Stream());
        scene.Settle();
        Assert.Equal(1, Deployment(scene).Spec!.Replicas);
        Assert.Equal("True/Streaming", scene.Ready(Igs, "orders"));
    }

    public static TheoryData<string> Wrong => new()
    {
        Specs.Stream(url: "redis://user:hunter2@redis:6379/0"),
        Specs.Stream("../etc"),
        Specs.Stream(more: ",'commit':{'maxInterval':'-5s'}"),
        Specs.Stream().Replace("'main'", "'missing'", StringComparison.Ordinal),
        "{'lakehouseRef':{'name':'main'},'source':{'generator':{'seed':1}},'tables':[{'name':'bronze.orders','columns':[{'name':'event_id','type':'VARCHAR'}]}]}",
        "{'lakehouseRef':{'name':'main'}}",
        "[]", "'text'", "42", "null", "true", "{}", "{'lakehouseRef':'main','source':[],'tables':{}}",
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_spec_that_is_wrong_leaves_the_last_good_stream_as_it_was(string spec)
    {
        var scene = Running();
        var before = Deployment(scene);
        var writes = scene.Cluster.Writes.Count;
        scene.Cluster.Apply(Igs, "orders", spec);
        scene.Settle();

        Assert.StartsWith("False/", scene.Ready(Igs, "orders"), StringComparison.Ordinal);
        Assert.Equal(before.Metadata.Generation, Deployment(scene).Metadata.Generation);
        Assert.Equal(1, Deployment(scene).Spec!.Replicas);
        Assert.DoesNotContain("hunter2", scene.Cluster.Resources[(Igs, "orders")].Status!.ToString(), StringComparison.Ordinal);
        Assert.InRange(scene.Cluster.Writes.Count - writes, 1, 4);

        scene.Cluster.Apply(Igs, "orders", Specs.Stream());
        scene.Settle();
        Assert.Equal("True/Streaming", scene.Ready(Igs, "orders"));
    }

    [Fact]
    public void Another_kind_of_source_is_stalled_and_the_stream_reads_on()
    {
        var scene = Running();
        scene.Cluster.Apply(
            Igs, "orders", "{'lakehouseRef':{'name':'main'},'source':{'files':{'location':'file:///lake/in','format':{'csv':{}}}},'tables':[{'name':'bronze.orders','from':'*.csv','columns':[{'name':'order_id','type':'VARCHAR','required':true}]}]}");
        scene.Settle();

        Assert.Equal("False/Invalid", scene.Ready(Igs, "orders"));
        Assert.Contains("LH8002", scene.Condition(Igs, "orders").Message, StringComparison.Ordinal);
        Assert.Equal(ConditionStatus.True, scene.Condition(Igs, "orders", "Stalled").Status);
        Assert.Equal(1, Deployment(scene).Spec!.Replicas);
    }

    [Fact]
    public void Another_spec_is_another_plan_and_the_old_one_goes_when_no_pod_needs_it()
    {
        var scene = Running();
        var old = scene.Cluster.Maps.Keys.Single();
        scene.Cluster.Apply(Igs, "orders", Specs.Stream(url: "redis://another:6379/0"));
        scene.Look();
        Assert.Contains(old, scene.Cluster.Maps.Keys);
        scene.Settle();

        Assert.DoesNotContain(old, scene.Cluster.Maps.Keys);
        Assert.Single(scene.Cluster.Maps);
    }

    [Fact]
    public void A_Deployment_that_somebody_changed_or_deleted_is_made_right_again()
    {
        var scene = Running();
        var (name, deployment) = scene.Cluster.Deployments.Single();
        scene.Cluster.Deployments[name] = deployment with { Metadata = deployment.Metadata with { Generation = deployment.Metadata.Generation + 1 }, Spec = deployment.Spec! with { Replicas = 5 } };
        scene.Settle();
        Assert.Equal(1, Deployment(scene).Spec!.Replicas);

        scene.Cluster.Deployments.Clear();
        scene.Cluster.Collect();
        scene.Settle();
        Assert.Equal(1, Deployment(scene).Spec!.Replicas);
        Assert.Equal("True/Streaming", scene.Ready(Igs, "orders"));
    }

    [Theory]
    [InlineData(RunnerExit.Fenced, "Fenced")]
    [InlineData(RunnerExit.Invalid, "Invalid")]
    public void An_end_that_only_a_change_mends_takes_the_replica_away_and_a_request_or_an_edit_gives_it_back(RunnerExit exit, string reason)
    {
        var scene = Running();
        Break(scene, (int)exit, new RunError("LH9998", exit, "words"));
        scene.Settle();
        Assert.Equal($"False/{reason}", scene.Ready(Igs, "orders"));
        Assert.Equal(0, Deployment(scene).Spec!.Replicas);

        scene.Cluster.Apply(Igs, "orders", Specs.Stream(), ("lakehouse.dev/requested-at", "again"));
        scene.Settle();
        Assert.Equal(1, Deployment(scene).Spec!.Replicas);
        Assert.Equal("True/Streaming", scene.Ready(Igs, "orders"));
        Assert.Equal("again", scene.Ingestion("orders").LastHandledRequest);
    }

    [Fact]
    public void An_end_of_the_old_spec_is_not_held_against_the_new_one()
    {
        var scene = Running();
        Break(scene, (int)RunnerExit.Invalid, new RunError("LH9998", RunnerExit.Invalid, "words"));
        scene.Cluster.Apply(Igs, "orders", Specs.Stream(url: "redis://another:6379/0"));
        scene.Settle();

        Assert.Equal("True/Streaming", scene.Ready(Igs, "orders"));
        Assert.Equal(1, Deployment(scene).Spec!.Replicas);
    }

    [Theory]
    [InlineData(RunnerExit.Source, "LH9997", "SourceUnreachable")]
    [InlineData(RunnerExit.SecretMissing, "LH6020", "SecretMissing")]
    [InlineData(RunnerExit.Store, "LH6030", "RunFailed")]
    public void An_end_that_may_pass_is_told_and_left_to_the_kubelet(RunnerExit exit, string code, string reason)
    {
        var scene = Running();
        Break(scene, (int)exit, new RunError(code, exit, "words"));
        scene.Look();

        Assert.StartsWith("False/", scene.Ready(Igs, "orders"), StringComparison.Ordinal);
        if (reason != "RunFailed")
            Assert.Equal($"False/{reason}", scene.Ready(Igs, "orders"));
        Assert.Equal(1, Deployment(scene).Spec!.Replicas);
        if (exit is RunnerExit.Source or RunnerExit.SecretMissing)
            Assert.Equal(ConditionStatus.False, scene.Condition(Igs, "orders", "SourceConnected").Status);
    }

    [Fact]
    public void A_restarted_stream_reports_again_after_its_predecessor_told_its_end()
    {
        var scene = Running();
        var run = Deployment(scene).Spec!.Template!.Metadata!.Labels!["lakehouse.dev/run-id"];
        scene.Take(new RunReport(1, run, Igs, "shop", "orders", RunResult.Failed, scene.Cluster.Now.AddMinutes(-10), scene.Cluster.Now, new RunError("LH9997", RunnerExit.Source, "gone")));
        scene.Pass(TimeSpan.FromSeconds(5));
        scene.Take(new RunReport(1, run, Igs, "shop", "orders", RunResult.Running, scene.Cluster.Now.AddSeconds(-1), scene.Cluster.Now, Tables: [scene.Lake.Table("bronze.orders")]));
        scene.Look();

        Assert.Equal("True/Streaming", scene.Ready(Igs, "orders"));
    }

    [Fact]
    public void Lag_that_counts_seconds_writes_no_status_more_often_than_every_ten()
    {
        var scene = Running();
        var run = Deployment(scene).Spec!.Template!.Metadata!.Labels!["lakehouse.dev/run-id"];
        var start = scene.Cluster.Pods.Values.Single().Metadata.CreationTimestamp!.Value;
        var before = scene.Cluster.Writes.Count;
        for (var i = 0; i < 120; i++)
        {
            scene.Take(new RunReport(1, run, Igs, "shop", "orders", RunResult.Running, start, scene.Cluster.Now, Tables: [scene.Lake.Table("bronze.orders") with { LagSeconds = 1000 + i, LagRecords = i }]));
            scene.Look();
            scene.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("True/CatchingUp", scene.Ready(Igs, "orders"));
        Assert.InRange(scene.Cluster.Writes.Count - before, 10, 14);
    }

    [Fact]
    public void A_pod_that_a_quota_refuses_is_told()
    {
        var scene = Running();
        var (name, deployment) = scene.Cluster.Deployments.Single();
        scene.Cluster.Pods.Clear();
        scene.Restart();
        scene.Cluster.Deployments[name] = deployment with { Status = new DeploymentStatus { ObservedGeneration = 1, Conditions = [new Kubernetes.Objects.Condition { Type = "ReplicaFailure", Status = "True", Message = "exceeded quota" }] } };
        scene.Look();

        Assert.Equal("False/JobRefused", scene.Ready(Igs, "orders"));
        Assert.Contains("exceeded quota", scene.Condition(Igs, "orders").Message, StringComparison.Ordinal);
    }
}
