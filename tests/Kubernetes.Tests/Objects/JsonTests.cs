using System.Text.Json;
using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Kubernetes.Tests.Objects;

/// <summary>Objects on the wire.</summary>
public sealed class JsonTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 15, 14, 0, 0, 500, TimeSpan.FromHours(2));

    [Fact]
    public void A_lease_has_six_digits_of_a_second_and_other_times_none()
    {
        var lease = JsonSerializer.Serialize(new Lease { Spec = new LeaseSpec { RenewTime = Noon } }, KubernetesJson.Default.Lease);
        Assert.Contains("\"renewTime\":\"2026-01-15T12:00:00.500000Z\"", lease, StringComparison.Ordinal);
        var told = JsonSerializer.Serialize(new Event { EventTime = Noon, LastTimestamp = Noon }, KubernetesJson.Default.Event);
        Assert.Contains("\"lastTimestamp\":\"2026-01-15T12:00:00Z\",\"eventTime\":\"2026-01-15T12:00:00.500000Z\"", told, StringComparison.Ordinal);
    }

    [Fact]
    public void What_comes_without_kind_and_metadata_has_them_all_the_same()
    {
        var job = JsonSerializer.Deserialize("""{"metadata":null,"spec":{"backoffLimit":0},"unknown":[{}]}""", KubernetesJson.Default.Job)!;
        Assert.Equal(("batch/v1", "Job", 0), (job.ApiVersion, job.Kind, job.Spec!.BackoffLimit));
        Assert.NotNull(job.Metadata);
    }

    [Fact]
    public void What_is_absent_is_not_written() => Assert.Equal(
        """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}""",
        JsonSerializer.Serialize(new ConfigMap { Metadata = new ObjectMeta { Name = "a" } }, KubernetesJson.Default.ConfigMap));

    [Fact]
    public void A_spec_passes_through_byte_by_byte()
    {
        const string Spec = """{"z":1.50,  "a":[1e400,"\u00e9",{"n":null}], "z2":12345678901234567890}""";
        var custom = JsonSerializer.Deserialize($$"""{"apiVersion":"g/v1","kind":"K","metadata":{"name":"a"},"spec":{{Spec}} }""", KubernetesJson.Default.CustomResource)!;
        Assert.Equal(Spec, custom.Spec!.ToString());
        Assert.Contains(Spec, JsonSerializer.Serialize(custom, KubernetesJson.Default.CustomResource), StringComparison.Ordinal);
        Assert.Equal(RawJson.Parse(Spec), custom.Spec);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{} {}")]
    [InlineData("{")]
    public void What_is_not_one_value_is_no_raw_JSON(string json) => Assert.ThrowsAny<JsonException>(() => RawJson.Parse(json));

    [Fact]
    public void A_port_is_a_number_or_a_name()
    {
        var probe = JsonSerializer.Deserialize("""{"spec":{"containers":[{"ports":[{"containerPort":8080}],"livenessProbe":{"httpGet":{"port":"web"}},"readinessProbe":{"httpGet":{"port":8080}}}]}}""", KubernetesJson.Default.Pod)!;
        var container = probe.Spec!.Containers![0];
        Assert.Equal(("web", "8080", 8080), (container.LivenessProbe!.HttpGet!.Port.ToString(), container.ReadinessProbe!.HttpGet!.Port.ToString(), container.Ports![0].Port));
        Assert.Contains("\"port\":\"web\"", JsonSerializer.Serialize(probe, KubernetesJson.Default.Pod), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pods_end_is_read()
    {
        var pod = JsonSerializer.Deserialize("""
            {"metadata":{"name":"p","namespace":"ns","creationTimestamp":"2026-01-15T12:00:00Z"},"status":{"phase":"Failed","podIP":"10.0.0.1","containerStatuses":[{"name":"runner","ready":false,"restartCount":0,
             "image":"i","imageID":"d","state":{"terminated":{"exitCode":137,"reason":"OOMKilled","message":"m","finishedAt":"2026-01-15T12:01:00Z"}}},{"name":"sql-worker","state":{"waiting":{"reason":"ErrImagePull"}}}]}}
            """, KubernetesJson.Default.Pod)!;
        Assert.Equal((137, "OOMKilled"), (pod.Status!.ContainerStatuses![0].State!.Terminated!.ExitCode, pod.Status.ContainerStatuses[0].State!.Terminated!.Reason));
        Assert.Equal(("ErrImagePull", "10.0.0.1"), (pod.Status.ContainerStatuses[1].State!.Waiting!.Reason, pod.Status.PodIP));
    }
}
