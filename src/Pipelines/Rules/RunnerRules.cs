using System.Text;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>
/// What every kind may say of its pods. There is nothing here by which a pod could gain a privilege: no security context, no volumes, no containers, and the
/// ServiceAccount only on the Lakehouse.
/// </summary>
internal static class RunnerRules
{
    private static readonly string[] ReservedDomains = ["kubernetes.io", "k8s.io", Document.Group];

    public static void Judge(Subject subject, string field, RunnerSpec runner)
    {
        JudgeAmounts(subject, field, runner.Resources, runner.Scratch);
        JudgePlacing(subject, field, runner.NodeSelector, runner.Tolerations, runner.PriorityClassName);
    }

    public static void Judge(Subject subject, string field, LakehouseRunnerSpec runner)
    {
        JudgeAmounts(subject, field, runner.Resources, runner.Scratch);
        JudgePlacing(subject, field, runner.NodeSelector, runner.Tolerations, runner.PriorityClassName);
        JudgeMetadata(subject, field + ".podMetadata", runner.PodMetadata);
        if (runner.ServiceAccountName is { } account)
            JudgeName(subject, field + ".serviceAccountName", account, "a ServiceAccount");
        for (var i = 0; i < (runner.ImagePullSecrets?.Count ?? 0); i++)
            JudgeName(subject, FieldPath.Item(field + ".imagePullSecrets", i) + ".name", runner.ImagePullSecrets![i].Name, "a Secret");
    }

    private static void JudgeAmounts(Subject subject, string field, ResourcesSpec? resources, ScratchSpec? scratch)
    {
        if (resources?.Limits?.Memory is { } memory && memory.Bytes < 64L << 20)
            subject.Error(DocumentCodes.OutOfRange, field + ".resources.limits.memory", $"{memory} is less than 64Mi, which no run fits in");
        if (resources is { Requests.Memory: { } requested, Limits.Memory: { } limit } && requested.Bytes > limit.Bytes)
            subject.Error(DocumentCodes.InvalidSetting, field + ".resources.requests.memory", $"{requested} are requested, more than the limit {limit}", "request at most the limit");
        if (resources is { Requests.Cpu: { } cores, Limits.Cpu: { } most } && cores.Millicores > most.Millicores)
            subject.Error(DocumentCodes.InvalidSetting, field + ".resources.requests.cpu", $"{cores} are requested, more than the limit {most}", "request at most the limit");
        if (scratch?.SizeLimit is { } size && size.Bytes < 1L << 20)
            subject.Error(DocumentCodes.OutOfRange, field + ".scratch.sizeLimit", $"{size} is less than 1Mi");
    }

    private static void JudgePlacing(
        Subject subject, string field, IReadOnlyDictionary<string, string>? nodeSelector, IReadOnlyList<TolerationSpec>? tolerations, string? priorityClass)
    {
        foreach (var (key, value) in nodeSelector ?? Empty)
            JudgeLabel(subject, FieldPath.Member(field + ".nodeSelector", key), key, value);
        for (var i = 0; i < (tolerations?.Count ?? 0); i++)
            JudgeToleration(subject, FieldPath.Item(field + ".tolerations", i), tolerations![i]);
        if (priorityClass is not null)
            JudgeName(subject, field + ".priorityClassName", priorityClass, "a PriorityClass");
    }

    private static Dictionary<string, string> Empty { get; } = [];

    /// <summary>As the API server judges a pod's tolerations, so that no pod is refused for one.</summary>
    private static void JudgeToleration(Subject subject, string field, TolerationSpec toleration)
    {
        if (toleration is { Operator: TolerationOperator.Exists, Value.Length: > 0 })
            subject.Error(DocumentCodes.InvalidSetting, field + ".value", "with Exists the taint's value does not count", "remove \"value\", or write operator: Equal");
        if (toleration is { Operator: TolerationOperator.Equal, Key: null })
            subject.Error(DocumentCodes.MissingField, field + ".key", "with Equal a taint is named by its key", "write the key, or operator: Exists for every taint");
        if (toleration.Key is { } key && !KubernetesLabels.IsKey(key))
            subject.Error(DocumentCodes.InvalidName, field + ".key", $"\"{key}\" cannot be a taint's key", KubernetesLabels.KeyHelp);
        if (toleration.Value is { } value && !KubernetesLabels.IsValue(value))
            subject.Error(DocumentCodes.InvalidName, field + ".value", $"\"{value}\" cannot be a taint's value", KubernetesLabels.ValueHelp);
        if (toleration is { TolerationSeconds: not null, Effect: not TaintEffect.NoExecute })
            subject.Error(DocumentCodes.InvalidSetting, field + ".tolerationSeconds", "only the effect NoExecute ends pods after a while", "write effect: NoExecute, or remove \"tolerationSeconds\"");
    }

    private static void JudgeMetadata(Subject subject, string field, PodMetadataSpec? metadata)
    {
        foreach (var (key, value) in metadata?.Labels ?? Empty)
        {
            var at = FieldPath.Member(field + ".labels", key);
            JudgeLabel(subject, at, key, value);
            JudgeDomain(subject, at, key);
        }

        foreach (var (key, _) in metadata?.Annotations ?? Empty)
        {
            var at = FieldPath.Member(field + ".annotations", key);
            if (!KubernetesLabels.IsKey(key))
                subject.Error(DocumentCodes.InvalidName, at, $"\"{key}\" cannot be an annotation's key", KubernetesLabels.KeyHelp);
            JudgeDomain(subject, at, key);
        }

        var size = (metadata?.Annotations ?? Empty).Sum(static annotation => (long)Encoding.UTF8.GetByteCount(annotation.Key) + Encoding.UTF8.GetByteCount(annotation.Value));
        if (size > MostAnnotations)
            subject.Error(DocumentCodes.OutOfRange, field + ".annotations", $"they have {size} bytes together, more than {MostAnnotations}", "Kubernetes takes 256 KiB of annotations on one object, ours among them");
    }

    private const int MostAnnotations = 128 << 10;

    /// <summary>Such keys steer the operator, the kubelet or admission; a seccomp or AppArmor annotation would loosen what confines the pod.</summary>
    private static void JudgeDomain(Subject subject, string field, string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var domain = slash < 0 ? "" : key[..slash];
        if (ReservedDomains.FirstOrDefault(reserved => domain == reserved || domain.EndsWith("." + reserved, StringComparison.Ordinal)) is { } found)
            subject.Error(DocumentCodes.InvalidSetting, field, $"keys of {found} are not for others to set", "use a domain of your own");
    }

    private static void JudgeLabel(Subject subject, string field, string key, string value)
    {
        if (!KubernetesLabels.IsKey(key))
            subject.Error(DocumentCodes.InvalidName, field, $"\"{key}\" cannot be a label's key", KubernetesLabels.KeyHelp);
        if (!KubernetesLabels.IsValue(value))
            subject.Error(DocumentCodes.InvalidName, field, $"\"{value}\" cannot be a label's value", KubernetesLabels.ValueHelp);
    }

    private static void JudgeName(Subject subject, string field, string name, string what)
    {
        if (!KubernetesNames.IsSubdomain(name))
            subject.Error(DocumentCodes.InvalidName, field, $"\"{name}\" cannot be the name of {what}", "use lower-case letters, digits, dots and hyphens");
    }
}

/// <summary>Keys and values of labels as Kubernetes takes them.</summary>
public static class KubernetesLabels
{
    public const string KeyHelp = "write name or domain/name; a name has at most 63 letters, digits, -, _ and ., and begins and ends with a letter or digit";

    public const string ValueHelp = "a value has at most 63 letters, digits, -, _ and ., and begins and ends with a letter or digit";

    public static bool IsKey(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return (slash < 0 || KubernetesNames.IsSubdomain(key[..slash])) && key.Length > slash + 1 && IsValue(key[(slash + 1)..]);
    }

    public static bool IsValue(string value) =>
        value.Length == 0
        || (value.Length <= 63 && char.IsAsciiLetterOrDigit(value[0]) && char.IsAsciiLetterOrDigit(value[^1]) && value.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'));
}
