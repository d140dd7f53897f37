using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Kubernetes.Tests.Cluster;

/// <summary>Objects with every member that the operator fills in.</summary>
internal static class Samples
{
    private static readonly Dictionary<string, string> Labels = new() { ["app.kubernetes.io/name"] = "tested" };

    public static Job Job(string ns) => new()
    {
        Metadata = new ObjectMeta { Name = "job", Namespace = ns, Labels = Labels },
        Spec = new JobSpec { BackoffLimit = 0, ActiveDeadlineSeconds = 600, Template = new PodTemplateSpec { Metadata = new ObjectMeta { Labels = Labels }, Spec = PodSpec("Never") } },
    };

    public static Deployment Deployment(string ns) => new()
    {
        Metadata = new ObjectMeta { Name = "stream", Namespace = ns, Labels = Labels },
        Spec = new DeploymentSpec
        {
            Replicas = 1,
            Strategy = new DeploymentStrategy { Type = "Recreate" },
            Selector = new LabelSelector { MatchLabels = Labels },
            Template = new PodTemplateSpec { Metadata = new ObjectMeta { Labels = Labels }, Spec = PodSpec("Always") },
        },
    };

    public static Pod Pod(string ns, string? serviceAccount = null) => new()
    {
        Metadata = new ObjectMeta { GenerateName = "pod-", Namespace = ns },
        Spec = new PodSpec { ServiceAccountName = serviceAccount, AutomountServiceAccountToken = false, Containers = [new Container { Name = "c", Image = "none" }] },
    };

    public static NetworkPolicy Policy(string ns) => new()
    {
        Metadata = new ObjectMeta { Name = "policy", Namespace = ns },
        Spec = new NetworkPolicySpec
        {
            PodSelector = new LabelSelector { MatchLabels = Labels },
            PolicyTypes = ["Egress"],
            Egress = RawJson.Parse("""[{"to":[{"ipBlock":{"cidr":"0.0.0.0/0","except":["169.254.0.0/16"]}}]},{"ports":[{"port":53,"protocol":"UDP"}]}]"""),
        },
    };

    public static Event Event(string ns, Job job) => new()
    {
        Metadata = new ObjectMeta { GenerateName = "job-", Namespace = ns },
        InvolvedObject = new ObjectReference { ApiVersion = "batch/v1", Kind = "Job", Namespace = ns, Name = job.Metadata.Name, Uid = job.Metadata.Uid },
        Reason = "Started",
        Message = "a run",
        Type = "Normal",
        Source = new EventSource { Component = "lakehouse-operator" },
        FirstTimestamp = DateTimeOffset.UnixEpoch,
        LastTimestamp = DateTimeOffset.UnixEpoch,
        EventTime = DateTimeOffset.UnixEpoch,
        Action = "Run",
        ReportingComponent = "lakehouse.dev/operator",
        ReportingInstance = "tests",
        Count = 1,
    };

    private static PodSpec PodSpec(string restart) => new()
    {
        RestartPolicy = restart,
        AutomountServiceAccountToken = false,
        EnableServiceLinks = false,
        TerminationGracePeriodSeconds = 60,
        SecurityContext = new PodSecurityContext { RunAsNonRoot = true, RunAsUser = 1654, RunAsGroup = 1654, FsGroup = 1654, SeccompProfile = new SeccompProfile { Type = "RuntimeDefault" } },
        Tolerations = [new Toleration { Key = "node.kubernetes.io/unreachable", Operator = "Exists", Effect = "NoExecute", TolerationSeconds = 30 }],
        Affinity = RawJson.Parse("""{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"Exists"}]}]}}}"""),
        TopologySpreadConstraints = RawJson.Parse("""[{"maxSkew":1,"topologyKey":"kubernetes.io/hostname","whenUnsatisfiable":"ScheduleAnyway"}]"""),
        ImagePullSecrets = [new LocalObjectReference { Name = "registry" }],
        Volumes =
        [
            new Volume { Name = "scratch", EmptyDir = new EmptyDirVolumeSource { SizeLimit = "1Gi" } },
            new Volume { Name = "token", Projected = new ProjectedVolumeSource { Sources = [new VolumeProjection { ServiceAccountToken = new ServiceAccountTokenProjection { Audience = "lakehouse-operator", ExpirationSeconds = 3600, Path = "token" } }] } },
            new Volume { Name = "plan", ConfigMap = new ConfigMapVolumeSource { Name = "plan" } },
            new Volume { Name = "secret", Secret = new SecretVolumeSource { SecretName = "redis", Optional = true, DefaultMode = 288 } },
            new Volume { Name = "lake", PersistentVolumeClaim = new PersistentVolumeClaimVolumeSource { ClaimName = "lake" } },
        ],
        Containers =
        [
            new Container
            {
                Name = "runner",
                Image = "lakehouse-runner:test",
                Args = ["run"],
                Env = [new EnvVar { Name = "POD_UID", ValueFrom = new EnvVarSource { FieldRef = new ObjectFieldSelector { FieldPath = "metadata.uid" } } }],
                Resources = new ResourceRequirements { Requests = new Dictionary<string, string> { ["cpu"] = "100m" }, Limits = new Dictionary<string, string> { ["memory"] = "256Mi" } },
                Ports = [new ContainerPort { Name = "web", Port = 8080 }],
                LivenessProbe = new Probe { HttpGet = new HttpGetAction { Path = "/healthz", Port = "web" }, PeriodSeconds = 10 },
                VolumeMounts = [new VolumeMount { Name = "scratch", MountPath = "/scratch" }, new VolumeMount { Name = "plan", MountPath = "/etc/plan", ReadOnly = true }],
                TerminationMessagePath = "/dev/termination-log",
                SecurityContext = new SecurityContext { AllowPrivilegeEscalation = false, ReadOnlyRootFilesystem = true, Capabilities = new Capabilities { Drop = ["ALL"] } },
            },
        ],
    };
}
