using System.Text.Json;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Operator.Tests.Objects;

public sealed class RunnerPodTests
{
    public static TheoryData<string> Kinds => ["transformation", "check", "stream", "probe"];

    private static (RunPlan Plan, bool Endless) Of(string kind) => kind switch
    {
        "transformation" => (Plans.Transformation(), false),
        "check" => (Plans.Check(), false),
        "stream" => (Plans.Stream(), true),
        _ => (Plans.Probe(), false),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_pod_meets_the_restricted_Pod_Security_standard_field_by_field(string kind)
    {
        var (plan, endless) = Of(kind);
        var pod = Plans.Pod(plan, endless: endless);

        Assert.True(pod.SecurityContext!.RunAsNonRoot);
        Assert.Equal(1654, pod.SecurityContext.RunAsUser);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile!.Type);
        Assert.Null(pod.InitContainers);
        Assert.All(pod.Containers!, container =>
        {
            Assert.False(container.SecurityContext!.AllowPrivilegeEscalation);
            Assert.True(container.SecurityContext.RunAsNonRoot);
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities!.Drop);
        });
        Assert.All(pod.Volumes!, volume => Assert.True(
            new object?[] { volume.ConfigMap, volume.EmptyDir, volume.Secret, volume.Projected, volume.PersistentVolumeClaim }.Count(source => source is not null) == 1, volume.Name));

        // What would give privilege is in no field of the JSON either.
        var json = JsonSerializer.Serialize(new Pod { Spec = pod }, KubernetesJson.Default.Pod);
        Assert.All(["hostPath", "hostNetwork", "hostPID", "hostIPC", "hostPort", "privileged\":true", "\"add\":", "procMount", "sysctls"], word => Assert.DoesNotContain(word, json, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_pod_has_no_token_but_the_reports_and_only_the_runner_has_that(string kind)
    {
        var pod = Plans.Pod(Of(kind).Plan);

        Assert.False(pod.AutomountServiceAccountToken);
        Assert.False(pod.EnableServiceLinks);
        var token = Assert.Single(pod.Volumes!, volume => volume.Projected is not null);
        var projection = Assert.Single(token.Projected!.Sources!).ServiceAccountToken!;
        Assert.Equal("lakehouse-operator", projection.Audience);
        Assert.Equal(3600, projection.ExpirationSeconds);
        Assert.Equal([RunPod.Runner], pod.Containers!.Where(container => container.VolumeMounts!.Any(mount => mount.Name == token.Name)).Select(container => container.Name));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Secrets_are_optional_files_of_the_runner_and_nothing_of_them_is_in_environment_or_arguments(string kind)
    {
        var pod = Plans.Pod(Of(kind).Plan);
        var secrets = pod.Volumes!.Where(volume => volume.Secret is not null).ToList();

        Assert.Equal(kind == "stream" ? ["minio", "redis"] : ["minio"], secrets.Select(volume => volume.Secret!.SecretName));
        Assert.All(secrets, volume => Assert.True(volume.Secret!.Optional));
        foreach (var volume in secrets)
        {
            var mount = Assert.Single(pod.Containers!.SelectMany(container => container.VolumeMounts!.Where(mount => mount.Name == volume.Name).Select(mount => (container.Name, mount))));
            Assert.Equal(RunPod.Runner, mount.Name);
            Assert.Equal($"/etc/lakehouse/secrets/{volume.Secret!.SecretName}", mount.mount.MountPath);
            Assert.True(mount.mount.ReadOnly);
            Assert.Null(mount.mount.SubPath);
        }

        Assert.All(pod.Containers!.SelectMany(container => container.Env!), variable =>
            Assert.True(variable.ValueFrom is null ? variable.Name is "LAKEHOUSE_SCRATCH" or "TMPDIR" : variable.ValueFrom.FieldRef is not null, variable.Name));
    }

    [Fact]
    public void The_worker_has_neither_plan_nor_secret_nor_token_and_sees_the_inputs_read_only()
    {
        var worker = Assert.Single(Plans.Pod(Plans.Transformation()).Containers!, container => container.Name == RunPod.SqlWorker);

        Assert.Equal(["inputs", "outputs", "work", "socket"], worker.VolumeMounts!.Select(mount => mount.Name));
        Assert.True(worker.VolumeMounts!.Single(mount => mount.Name == "inputs").ReadOnly);
        Assert.Equal(["sql-worker", "--socket", "/run/lakehouse/worker.sock", "--scratch", "/work", "--sidecar"], worker.Args);
        Assert.Equal("2Gi", worker.Resources!.Limits!["memory"].ToString());
    }

    [Theory]
    [InlineData("transformation", true)]
    [InlineData("check", true)]
    [InlineData("stream", false)]
    [InlineData("probe", false)]
    public void There_is_a_worker_where_SQL_of_users_is_run_and_nowhere_else(string kind, bool worker)
    {
        var pod = Plans.Pod(Of(kind).Plan);

        Assert.Equal(worker, pod.Containers!.Any(container => container.Name == RunPod.SqlWorker));
        Assert.Equal(worker, pod.Containers![0].Args!.Contains("--worker"));
        Assert.Equal(worker, pod.Volumes!.Any(volume => volume.Name == "socket"));
    }

    [Fact]
    public void The_runner_is_started_as_agreed()
    {
        var runner = Plans.Pod(Plans.Transformation()).Containers![0];

        Assert.Equal(
            [
                "run", "--plan", "/etc/lakehouse/plan/plan.json", "--secrets", "/etc/lakehouse/secrets", "--report-url", "http://operator.lakehouse:8082/v1/reports",
                "--report-token", "/var/run/secrets/lakehouse.dev/token", "--termination-log", "/dev/termination-log", "--worker", "/run/lakehouse/worker.sock", "--pod",
            ],
            runner.Args);
        Assert.Equal(["POD_NAME=metadata.name", "POD_UID=metadata.uid", "POD_NAMESPACE=metadata.namespace", "LAKEHOUSE_SCRATCH=/scratch"], runner.Env!.Select(one => $"{one.Name}={one.Value ?? one.ValueFrom!.FieldRef!.FieldPath}"));
        Assert.Equal("File", runner.TerminationMessagePolicy);
        Assert.Equal("/scratch/own", runner.VolumeMounts!.Single(mount => mount.Name == "scratch").MountPath);
        Assert.Equal("/scratch/in", runner.VolumeMounts!.Single(mount => mount.Name == "inputs").MountPath);
    }

    [Fact]
    public void A_runs_pod_is_never_started_again_and_a_streams_is_and_leaves_a_lost_node_after_half_a_minute()
    {
        Assert.Equal("Never", Plans.Pod(Plans.Transformation()).RestartPolicy);
        Assert.Null(Plans.Pod(Plans.Transformation()).Tolerations);
        var stream = Plans.Pod(Plans.Stream(), endless: true);
        Assert.Equal("Always", stream.RestartPolicy);
        Assert.Equal(["node.kubernetes.io/unreachable", "node.kubernetes.io/not-ready"], stream.Tolerations!.Select(one => one.Key));
        Assert.All(stream.Tolerations!, one => Assert.Equal(30, one.TolerationSeconds));
    }

    [Fact]
    public void A_stream_that_tolerates_a_lost_node_otherwise_keeps_its_own_words()
    {
        var demands = Plans.Demands(Model.Specs.Lakehouse[..^1] + ",'runner':{'tolerations':[{'key':'node.kubernetes.io/unreachable','operator':'Exists','effect':'NoExecute','tolerationSeconds':5}]}}");

        Assert.Equal([5L, 30L], Plans.Pod(Plans.Stream(), demands, endless: true).Tolerations!.Select(one => one.TolerationSeconds!.Value));
    }

    [Fact]
    public void A_volume_is_mounted_into_the_runner_alone()
    {
        var demands = Plans.Demands("{'storage':{'volume':{'persistentVolumeClaim':{'claimName':'lake'},'subPath':'main'}}}");
        var pod = Plans.Pod(Plans.Transformation(), demands);

        Assert.Equal("lake", pod.Volumes!.Single(volume => volume.PersistentVolumeClaim is not null).PersistentVolumeClaim!.ClaimName);
        var mount = Assert.Single(pod.Containers!, container => container.VolumeMounts!.Any(one => one.Name == "lake")).VolumeMounts!.Single(one => one.Name == "lake");
        Assert.Equal(("/lake", "main"), (mount.MountPath, mount.SubPath));
    }
}
