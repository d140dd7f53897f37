using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Operator.Tests.Model;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Decisions;

namespace LakehouseOperator.Operator.Tests.Reconciling;

/// <summary>Runs whose objects the API server does not take: a quota, an admission rule. One place for all runs.</summary>
public sealed class RefusedRunTests
{
    private const ResourceKind Xf = ResourceKind.Transformation;
    private const string OnePlace = "{'storage':{'s3':{'bucket':'lake','endpoint':'http://s3.store:9000','credentialsSecretRef':{'name':'minio'}}},'runner':{'maxConcurrentRuns':1}}";

    private readonly Scene scene = new();
    private int tries;

    public RefusedRunTests()
    {
        scene.Cluster.Apply(ResourceKind.Lakehouse, "main", OnePlace);
        scene.Cluster.Apply(ResourceKind.Ingestion, "orders", Specs.Stream());
        scene.Settle();
    }

    /// <summary>The oldest, so that it is its turn first.</summary>
    private void ThreeOfWhichTheFirstIsRefused(Func<Act, bool> refuses)
    {
        scene.Refuses = act => OwnerOf(act) == "a" && refuses(act)
            ? new Setback("JobRefused", "LH8003: the API server refuses it: exceeded quota", ++tries, scene.Cluster.Now + Attempts.Backoff(tries))
            : null;
        scene.Cluster.Apply(Xf, "a", Specs.Select("silver.a", "bronze.orders"));
        scene.Look();
        scene.Pass(TimeSpan.FromSeconds(1));
        scene.Cluster.Apply(Xf, "b", Specs.Select("silver.b", "bronze.orders"));
        scene.Cluster.Apply(Xf, "c", Specs.Select("silver.c", "bronze.orders"));
    }

    private static string? OwnerOf(Act act) => act switch
    {
        Act.StartRun start => start.Job.Metadata.OwnerReferences![0].Name,
        Act.CompleteRun complete => complete.Job.Name[..1],
        _ => null,
    };

    [Fact]
    public void A_Job_that_is_refused_for_ever_leaves_its_place_to_others()
    {
        ThreeOfWhichTheFirstIsRefused(static act => act is Act.StartRun);
        Live(TimeSpan.FromMinutes(20));

        Assert.Equal("True/Succeeded", scene.Ready(Xf, "b"));
        Assert.Equal("True/Succeeded", scene.Ready(Xf, "c"));
        Assert.Equal("False/JobRefused", scene.Ready(Xf, "a"));
        Assert.Contains("exceeded quota", scene.Condition(Xf, "a").Message, StringComparison.Ordinal);
        Assert.InRange(tries, 7, 12);
    }

    [Fact]
    public void A_plan_that_is_refused_for_ever_leaves_no_Job_behind_and_its_place_to_others()
    {
        ThreeOfWhichTheFirstIsRefused(static act => act is Act.CompleteRun);
        Live(TimeSpan.FromMinutes(20));

        Assert.Equal("True/Succeeded", scene.Ready(Xf, "b"));
        Assert.Equal("True/Succeeded", scene.Ready(Xf, "c"));
        Assert.Equal("False/JobRefused", scene.Ready(Xf, "a"));
        Assert.Empty(scene.JobsOf(Xf, "a"));
        Assert.InRange(tries, 7, 12);
    }

    /// <summary>A quota on pods refuses them to the Job controller, which tries again by itself.</summary>
    [Fact]
    public void A_Job_that_gets_no_pod_leaves_its_place_to_others_and_runs_when_it_gets_one()
    {
        scene.Cluster.Apply(Xf, "a", Specs.Select("silver.a", "bronze.orders"));
        scene.Look();
        var job = scene.JobOf(Xf, "a");
        scene.Pass(TimeSpan.FromSeconds(1));
        scene.Cluster.Apply(Xf, "b", Specs.Select("silver.b", "bronze.orders"));
        scene.Look();
        Assert.Equal("False/Queued", scene.Ready(Xf, "b"));
        scene.Pass(TimeSpan.FromSeconds(20));
        scene.Look();

        Assert.Equal("False/JobRefused", scene.Ready(Xf, "a"));
        Assert.Single(scene.JobsOf(Xf, "b"));
        Assert.Equal(job.Metadata.Uid, scene.JobOf(Xf, "a").Metadata.Uid);
        scene.Settle();
        Assert.Equal(("True/Succeeded", "True/Succeeded"), (scene.Ready(Xf, "a"), scene.Ready(Xf, "b")));
    }

    [Fact]
    public void What_is_taken_in_the_end_runs_and_is_told_so()
    {
        var full = true;
        ThreeOfWhichTheFirstIsRefused(act => act is Act.StartRun && full);
        Live(TimeSpan.FromMinutes(3));
        full = false;
        Live(TimeSpan.FromMinutes(6));

        Assert.Equal("True/Succeeded", scene.Ready(Xf, "a"));
        Assert.Null(scene.Memory(Xf, "a").Setback);
        Assert.Equal(1, scene.Transformation("a").LastRun!.Attempt);
    }

    /// <summary>The free place is found at once, not when somebody else happens to look.</summary>
    [Fact]
    public void The_look_after_a_refusal_comes_soon_and_only_once()
    {
        ThreeOfWhichTheFirstIsRefused(static act => act is Act.StartRun);
        Assert.InRange(scene.Again!.Value - scene.Cluster.Now, TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(0));
        scene.Look();

        Assert.Equal(1, tries);
        Assert.Single(scene.JobsOf(Xf, "b"));
    }

    /// <summary>Deleting what is over succeeds, and says nothing of what is refused.</summary>
    [Fact]
    public void A_deletion_ends_no_setback()
    {
        var before = new Setback("JobRefused", "quota", 3, scene.Cluster.Now.AddMinutes(1));
        var intent = new Intent(scene.Cluster.Items[0], [new Act.DeleteRun(null!)], null, [], null);

        Assert.False(Setbacks.IsOver(before, intent, scene.Cluster.Now));
        Assert.True(Setbacks.IsOver(before, intent, scene.Cluster.Now.AddMinutes(2)));
        Assert.False(Setbacks.IsOver(before, intent with { Waits = true }, scene.Cluster.Now.AddMinutes(2)));
        Assert.True(Setbacks.IsOver(before, intent with { Acts = [new Act.StartRun(null!, null!)] }, scene.Cluster.Now));
    }

    /// <summary>Looks as the operator does: after a write, and when it wants to look again.</summary>
    private void Live(TimeSpan time)
    {
        var end = scene.Cluster.Now + time;
        var looks = 0;
        while (scene.Cluster.Now < end)
        {
            Assert.InRange(++looks, 0, 400);
            var wrote = scene.Look();
            scene.Kubelet.Begin();
            scene.Kubelet.Finish(scene.Take);
            scene.Kubelet.Stream(scene.Take);
            scene.Cluster.Now = wrote || scene.Cluster.Jobs.Count > 0 || scene.Again is not { } again || again - scene.Cluster.Now < TimeSpan.FromSeconds(1) ? scene.Cluster.Now.AddSeconds(1) : again;
        }
    }
}
