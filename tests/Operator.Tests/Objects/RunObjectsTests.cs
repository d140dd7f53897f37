using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Tests.Model;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Operator.Tests.Objects;

public sealed class RunObjectsTests
{
    private static readonly ResourceItem Item = Plans.Item(ResourceKind.Transformation, "silver", Specs.Select("silver.orders", "bronze.orders"), 3, ("lakehouse.dev/requested-at", "now"));

    private static Job Job(PodDemands? demands = null, int disruptions = 2) => RunObjects.JobOf(
        Item, Plans.Transformation(), disruptions, new DateTimeOffset(2026, 1, 1, 4, 0, 0, TimeSpan.Zero), "main", demands ?? Plans.Demands(), Plans.Setting);

    [Fact]
    public void A_Job_is_one_try_that_the_operator_alone_repeats_and_removes()
    {
        var job = Job();

        Assert.Equal(0, job.Spec!.BackoffLimit);
        Assert.Null(job.Spec.TtlSecondsAfterFinished);
        Assert.Equal("Never", job.Spec.Template!.Spec!.RestartPolicy);
        Assert.Null(job.Spec.ActiveDeadlineSeconds);
        Assert.Equal(1800 + 120, job.Spec.Template.Spec.ActiveDeadlineSeconds);
        var owner = Assert.Single(job.Metadata.OwnerReferences!);
        Assert.Equal(("lakehouse.dev/v1alpha1", "Transformation", "silver", Item.Uid, true), (owner.ApiVersion, owner.Kind, owner.Name, owner.Uid, owner.Controller));
    }

    [Fact]
    public void What_a_Job_was_made_for_is_read_back_from_it()
    {
        var job = Job();
        var read = RunObjects.Read(job with { Metadata = job.Metadata with { Uid = "u", CreationTimestamp = DateTimeOffset.UnixEpoch } })!;

        Assert.Equal((Item.Uid, "run1", 1, 2, "3", "now"), (read.OwnerUid, read.RunId, read.Attempt, read.Disruptions, read.Generation, read.Request));
        Assert.Equal(new RunTrigger(TriggerKind.OnChange, "key"), read.Trigger);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 4, 0, 0, TimeSpan.Zero), read.ScheduledFor);
        Assert.Null(read.End);
    }

    [Theory]
    [InlineData("Complete", null, Operator.Runs.JobEnd.Complete)]
    [InlineData("Failed", "BackoffLimitExceeded", Operator.Runs.JobEnd.Failed)]
    [InlineData("Failed", "DeadlineExceeded", Operator.Runs.JobEnd.DeadlineExceeded)]
    internal void A_Jobs_end_is_read(string type, string? reason, Operator.Runs.JobEnd end)
    {
        Assert.Equal(end, RunObjects.Read(Job() with { Status = new JobStatus { Conditions = [new Condition { Type = type, Status = "True", Reason = reason }] } })!.End);
        Assert.Null(RunObjects.Read(Job() with { Status = new JobStatus { Conditions = [new Condition { Type = type, Status = "False", Reason = reason }] } })!.End);
    }

    [Fact]
    public void A_Job_that_only_looks_like_ours_is_none()
    {
        var job = Job();

        Assert.Null(RunObjects.Read(job with { Metadata = job.Metadata with { OwnerReferences = null } }));
        Assert.Null(RunObjects.Read(job with { Metadata = job.Metadata with { OwnerReferences = [new OwnerReference("batch/v1", "CronJob", "x", "u", Controller: true)] } }));
        Assert.Null(RunObjects.Read(job with { Metadata = job.Metadata with { OwnerReferences = [job.Metadata.OwnerReferences![0] with { Controller = null }] } }));
        Assert.Null(RunObjects.Read(job with { Metadata = job.Metadata with { Annotations = null } }));
        Assert.Null(RunObjects.Read(job with { Metadata = job.Metadata with { Labels = null } }));
        Assert.Null(RunObjects.Read(job with { Metadata = job.Metadata with { Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [Labels.Attempt] = "many", [Labels.TriggerKind] = "OnChange" } } }));
    }

    [Fact]
    public void The_plan_goes_with_its_Job_is_immutable_and_holds_no_secret()
    {
        var job = Job() is var made ? made with { Metadata = made.Metadata with { Uid = "job-uid" } } : null!;
        var map = RunObjects.PlanOf(job, Plans.Transformation());

        Assert.Equal(job.Metadata.Name, map.Metadata.Name);
        Assert.Equal(new OwnerReference("batch/v1", "Job", job.Metadata.Name!, "job-uid", Controller: true), Assert.Single(map.Metadata.OwnerReferences!));
        Assert.True(map.Immutable);
        Assert.Equal("run1", PlanJson.Read(map.Data!["plan.json"]).RunId);
        Assert.Equal("job-uid", PlanItem.Of(map with { Metadata = map.Metadata with { Uid = "u" } })!.OwnerUid);
    }

    [Fact]
    public void A_plan_made_again_for_a_Job_is_the_one_that_it_would_have_had()
    {
        var made = Job();
        var job = made with { Metadata = made.Metadata with { Uid = "job-uid" } };

        Assert.Equal(
            System.Text.Json.JsonSerializer.Serialize(RunObjects.PlanOf(job, Plans.Transformation()), KubernetesJson.Default.ConfigMap),
            System.Text.Json.JsonSerializer.Serialize(RunObjects.PlanOf(RunObjects.Read(job)!, Item, Plans.Transformation()), KubernetesJson.Default.ConfigMap));
    }

    [Fact]
    public void Labels_and_annotations_of_the_user_are_on_the_pod_and_never_in_the_place_of_ours()
    {
        var demands = Plans.Demands() with
        {
            Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["team"] = "data", [Labels.ManagedBy] = "me", [Labels.Lakehouse] = "other", [Labels.RunId] = "forged" },
            Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["note"] = "x" },
        };
        var pod = Job(demands).Spec!.Template!.Metadata!;

        Assert.Equal("data", pod.Labels!["team"]);
        Assert.Equal((Labels.Manager, ChildNames.Hash("main"), "run1"), (pod.Labels[Labels.ManagedBy], pod.Labels[Labels.Lakehouse], pod.Labels[Labels.RunId]));
        Assert.Equal("x", pod.Annotations!["note"]);
        Assert.DoesNotContain("team", Job(demands).Metadata.Labels!.Keys);
    }

    [Fact]
    public void Every_label_is_one_whatever_the_resource_is_called()
    {
        var item = Plans.Item(ResourceKind.Transformation, string.Join('.', Enumerable.Repeat("abc", 63)), "{}");

        Assert.All(RunObjects.LabelsOf(item, new string('l', 253), "run", "run1").Values, value => Assert.Matches("^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$", value));
    }

    [Fact]
    public void A_runs_name_changes_with_attempt_disruption_generation_trigger_resource_and_the_run_before_and_with_nothing_else()
    {
        var trigger = new RunTrigger(TriggerKind.OnChange, "key");
        var again = Plans.Item(ResourceKind.Transformation, "silver", "{}", 3);
        string[] ids =
        [
            RunObjects.RunIdOf(Item, trigger, 1, 0, "before"), RunObjects.RunIdOf(Item, trigger, 2, 0, "before"), RunObjects.RunIdOf(Item, trigger, 1, 1, "before"), RunObjects.RunIdOf(Item, trigger with { Key = "other" }, 1, 0, "before"),
            RunObjects.RunIdOf(Item, trigger with { Kind = TriggerKind.Request }, 1, 0, "before"), RunObjects.RunIdOf(Item with { Generation = 4 }, trigger, 1, 0, "before"), RunObjects.RunIdOf(Item with { Uid = "another" }, trigger, 1, 0, "before"),
            RunObjects.RunIdOf(Plans.Item(ResourceKind.Transformation, "silver", "{}", 3, ("lakehouse.dev/adopt", "true")), trigger, 1, 0, "before"), RunObjects.RunIdOf(Item, trigger, 1, 0, null), RunObjects.RunIdOf(Item, trigger, 1, 0, "another"),
        ];

        Assert.Equal(ids.Length, ids.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(ids[0], RunObjects.RunIdOf(again, trigger, 1, 0, "before"));
    }
}
