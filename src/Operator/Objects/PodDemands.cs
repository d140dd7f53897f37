using System.Text.Json;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Operator.Objects;

/// <summary>What specs ask of pods: the Lakehouse's words, each replaced whole by the resource's own where it has one. Nothing in it gives privilege.</summary>
internal sealed record PodDemands
{
    /// <summary>Where nothing is declared, the limit is generous and little of it is set aside.</summary>
    private const long UndeclaredRequest = 512L << 20;

    /// <summary>Null: as much as the limit.</summary>
    public long? MemoryRequest { get; init; }

    public string? CpuLimit { get; init; }

    public string? CpuRequest { get; init; }

    public IReadOnlyDictionary<string, string>? NodeSelector { get; init; }

    public IReadOnlyList<Toleration>? Tolerations { get; init; }

    public RawJson? Affinity { get; init; }

    public RawJson? TopologySpreadConstraints { get; init; }

    public string? PriorityClassName { get; init; }

    public string? ServiceAccountName { get; init; }

    public IReadOnlyList<LocalObjectReference>? ImagePullSecrets { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    public VolumeStorageSpec? Volume { get; init; }

    public static PodDemands Of(LakehouseSpec lakehouse, RunnerSpec? own)
    {
        var shared = lakehouse.Runner;
        var resources = own?.Resources ?? shared?.Resources;
        return new PodDemands
        {
            MemoryRequest = resources?.Requests?.Memory?.Bytes ?? (resources?.Limits?.Memory is null ? UndeclaredRequest : null),
            CpuLimit = resources?.Limits?.Cpu?.ToString(),
            CpuRequest = resources?.Requests?.Cpu?.ToString(),
            NodeSelector = own?.NodeSelector ?? shared?.NodeSelector,
            Tolerations = (own?.Tolerations ?? shared?.Tolerations)?.Select(Of).ToList(),
            Affinity = (own?.Affinity ?? shared?.Affinity) is { } affinity ? Raw(affinity) : null,
            TopologySpreadConstraints = (own?.TopologySpreadConstraints ?? shared?.TopologySpreadConstraints) is { Count: > 0 } spread
                ? RawJson.Parse($"[{string.Join(',', spread.Select(constraint => constraint.GetRawText()))}]")
                : null,
            PriorityClassName = own?.PriorityClassName ?? shared?.PriorityClassName,
            ServiceAccountName = shared?.ServiceAccountName,
            ImagePullSecrets = shared?.ImagePullSecrets?.Select(secret => new LocalObjectReference { Name = secret.Name }).ToList(),
            Labels = shared?.PodMetadata?.Labels,
            Annotations = shared?.PodMetadata?.Annotations,
            Volume = lakehouse.Storage?.Volume,
        };
    }

    private static RawJson Raw(JsonElement element) => RawJson.Parse(element.GetRawText());

    private static Toleration Of(TolerationSpec toleration) => new()
    {
        Key = toleration.Key,
        Operator = toleration.Operator.ToString(),
        Value = toleration.Value,
        Effect = toleration.Effect?.ToString(),
        TolerationSeconds = toleration.TolerationSeconds,
    };
}
