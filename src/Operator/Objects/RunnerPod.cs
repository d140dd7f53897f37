using System.Globalization;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Operator.Objects;

/// <summary>What every pod of ours has in common, from the operator's own arguments.</summary>
/// <param name="Image">Of the runner; its entrypoint is <c>lakehouse-runner</c>.</param>
/// <param name="ReportUrl">Where runs report to.</param>
internal sealed record RunnerSetting(string Image, string? ImagePullPolicy, Uri ReportUrl);

/// <summary>
/// The pod that carries out a plan: the runner, and beside it, where SQL of users is run, a worker without secrets and token that sees the staged inputs read-only. It
/// meets the restricted Pod Security standard.
/// </summary>
internal static class RunnerPod
{
    public const string Audience = "lakehouse-operator";

    private const long User = 1654;

    /// <summary>For a commit in hand to be finished.</summary>
    private const int GraceSeconds = 60;

    private const string SecretsPath = "/etc/lakehouse/secrets";
    private const string PlanPath = "/etc/lakehouse/plan";
    private const string TokenPath = "/var/run/secrets/lakehouse.dev";
    private const string SocketPath = "/run/lakehouse";
    private const string Socket = SocketPath + "/worker.sock";

    /// <summary>Memory of a runner that has a worker beside it: it carries files and holds none.</summary>
    private const long CarrierMemory = 1L << 30;

    private const long CarrierRequest = 256L << 20;

    /// <param name="planConfigMap">Holds the plan under <c>plan.json</c>.</param>
    /// <param name="endless">A stream: its containers are started again.</param>
    public static PodSpec Of(RunPlan plan, PodDemands demands, RunnerSetting setting, string planConfigMap, bool endless)
    {
        var hasWorker = RunsSql(plan);
        var secrets = PlanSecrets.Of(plan);
        var own = plan.Limits.ScratchBytes;
        IReadOnlyList<Volume> volumes =
        [
            new Volume { Name = "plan", ConfigMap = new ConfigMapVolumeSource { Name = planConfigMap } },
            new Volume { Name = "token", Projected = Token() },
            Space("tmp", 256L << 20),
            Space("scratch", own),
            .. hasWorker ? new[] { Space("inputs", own), Space("outputs", own), Space("work", own), Space("socket", 1L << 20, inMemory: true) } : [],
            .. secrets.Select((secret, i) => new Volume { Name = SecretVolume(i), Secret = new SecretVolumeSource { SecretName = secret, Optional = true } }),
            .. demands.Volume is { } claim
                ? new[] { new Volume { Name = "lake", PersistentVolumeClaim = new PersistentVolumeClaimVolumeSource { ClaimName = claim.PersistentVolumeClaim.ClaimName } } }
                : [],
        ];
        return new PodSpec
        {
            RestartPolicy = endless ? "Always" : "Never",
            TerminationGracePeriodSeconds = GraceSeconds,
            AutomountServiceAccountToken = false,
            EnableServiceLinks = false,
            ServiceAccountName = demands.ServiceAccountName,
            NodeSelector = demands.NodeSelector,
            Affinity = demands.Affinity,
            Tolerations = Tolerations(demands, endless),
            TopologySpreadConstraints = demands.TopologySpreadConstraints,
            PriorityClassName = demands.PriorityClassName,
            ImagePullSecrets = demands.ImagePullSecrets,
            SecurityContext = new PodSecurityContext
            {
                RunAsNonRoot = true, RunAsUser = User, RunAsGroup = User, FsGroup = User, SeccompProfile = new SeccompProfile { Type = "RuntimeDefault" },
            },
            Containers = hasWorker
                ? [Runner(plan, demands, setting, secrets, hasWorker), Worker(plan, demands, setting)]
                : [Runner(plan, demands, setting, secrets, hasWorker)],
            Volumes = volumes,
        };
    }

    /// <summary>Whether SQL of users is run for the plan; only then is there a worker.</summary>
    public static bool RunsSql(RunPlan plan) =>
        plan.Transformation is not null || plan.QualityCheck is not null || plan.Ingestion?.Gates is { Count: > 0 };

    private static Container Runner(RunPlan plan, PodDemands demands, RunnerSetting setting, IReadOnlyList<string> secrets, bool hasWorker) => new()
    {
        Name = RunPod.Runner,
        Image = setting.Image,
        ImagePullPolicy = setting.ImagePullPolicy,
        Args =
        [
            "run", "--plan", $"{PlanPath}/plan.json", "--secrets", SecretsPath, "--report-url", setting.ReportUrl.ToString(), "--report-token", $"{TokenPath}/token",
            "--termination-log", "/dev/termination-log", .. hasWorker ? new[] { "--worker", Socket } : [], "--pod",
        ],
        Env = [Field("POD_NAME", "metadata.name"), Field("POD_UID", "metadata.uid"), Field("POD_NAMESPACE", "metadata.namespace"), new EnvVar { Name = "LAKEHOUSE_SCRATCH", Value = "/scratch" }],
        Resources = hasWorker ? Resources(CarrierMemory, CarrierRequest, null, null) : Resources(plan.Limits.MemoryBytes, demands.MemoryRequest ?? plan.Limits.MemoryBytes, demands.CpuLimit, demands.CpuRequest),
        SecurityContext = Restricted(),
        TerminationMessagePath = "/dev/termination-log",
        TerminationMessagePolicy = "File",
        VolumeMounts =
        [
            Mount("plan", PlanPath, readOnly: true),
            Mount("token", TokenPath, readOnly: true),
            Mount("tmp", "/tmp"),
            Mount("scratch", "/scratch/own"),
            .. hasWorker ? new[] { Mount("inputs", "/scratch/in"), Mount("outputs", "/scratch/out"), Mount("socket", SocketPath) } : [],
            .. secrets.Select((secret, i) => Mount(SecretVolume(i), $"{SecretsPath}/{secret}", readOnly: true)),
            .. demands.Volume is { } claim ? new[] { Mount("lake", VolumeStorageSpec.MountPath) with { SubPath = claim.SubPath } } : [],
        ],
    };

    private static Container Worker(RunPlan plan, PodDemands demands, RunnerSetting setting) => new()
    {
        Name = RunPod.SqlWorker,
        Image = setting.Image,
        ImagePullPolicy = setting.ImagePullPolicy,
        Args = ["sql-worker", "--socket", Socket, "--scratch", "/work", "--sidecar"],
        Env = [new EnvVar { Name = "TMPDIR", Value = "/work" }],
        Resources = Resources(plan.Limits.MemoryBytes, demands.MemoryRequest ?? plan.Limits.MemoryBytes, demands.CpuLimit, demands.CpuRequest),
        SecurityContext = Restricted(),
        VolumeMounts = [Mount("inputs", "/scratch/in", readOnly: true), Mount("outputs", "/scratch/out"), Mount("work", "/work"), Mount("socket", SocketPath)],
    };

    private static SecurityContext Restricted() => new()
    {
        AllowPrivilegeEscalation = false, ReadOnlyRootFilesystem = true, RunAsNonRoot = true, Capabilities = new Capabilities { Drop = ["ALL"] },
    };

    /// <summary>A stream on a node that is gone is started elsewhere after half a minute and not after five; its table lets in one of them.</summary>
    private static IReadOnlyList<Toleration>? Tolerations(PodDemands demands, bool endless) => !endless
        ? demands.Tolerations
        :
        [
            .. demands.Tolerations ?? [],
            .. new[] { "node.kubernetes.io/unreachable", "node.kubernetes.io/not-ready" }
                .Where(taint => demands.Tolerations?.Any(one => one.Key == taint) != true)
                .Select(taint => new Toleration { Key = taint, Operator = "Exists", Effect = "NoExecute", TolerationSeconds = 30 }),
        ];

    /// <summary>Worthless at the API server, and gone with the pod.</summary>
    private static ProjectedVolumeSource Token() => new()
    {
        Sources = [new VolumeProjection { ServiceAccountToken = new ServiceAccountTokenProjection { Audience = Audience, ExpirationSeconds = 3600, Path = "token" } }],
    };

    /// <summary>A little above what runs keep to themselves: beyond it the kubelet evicts the pod.</summary>
    private static Volume Space(string name, long bytes, bool inMemory = false) => new()
    {
        Name = name,
        EmptyDir = new EmptyDirVolumeSource { Medium = inMemory ? "Memory" : null, SizeLimit = Bytes(bytes + (bytes / 10) + (16L << 20)) },
    };

    private static string SecretVolume(int index) => string.Create(CultureInfo.InvariantCulture, $"secret-{index}");

    private static EnvVar Field(string name, string path) => new() { Name = name, ValueFrom = new EnvVarSource { FieldRef = new ObjectFieldSelector { FieldPath = path } } };

    private static VolumeMount Mount(string name, string path, bool readOnly = false) => new() { Name = name, MountPath = path, ReadOnly = readOnly ? true : null };

    private static ResourceRequirements Resources(long memory, long request, string? cpu, string? cpuRequest) => new()
    {
        Limits = Amounts(memory, cpu),
        Requests = Amounts(Math.Min(request, memory), cpuRequest),
    };

    private static SortedDictionary<string, string> Amounts(long memory, string? cpu)
    {
        var amounts = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["memory"] = Bytes(memory) };
        if (cpu is not null)
            amounts["cpu"] = cpu;
        return amounts;
    }

    private static string Bytes(long bytes) => new Quantity(bytes).ToString();
}
