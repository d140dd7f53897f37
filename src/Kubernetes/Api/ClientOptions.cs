using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Kubernetes.Api;

/// <summary>How a client behaves towards the API server.</summary>
public sealed record ClientOptions
{
    /// <summary>Who owns the fields that we write.</summary>
    public required string FieldManager { get; init; }

    public string UserAgent { get; init; } = "lakehouse-operator";

    /// <summary>From the first byte sent to the last byte of the answer, retries included; watches have their own deadline. 30 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests a second beyond <see cref="Burst"/>, or absent for as many as the server takes; it has its own priority and fairness.</summary>
    public double? Qps { get; init; }

    /// <summary>Requests that may go at once where <see cref="Qps"/> is set.</summary>
    public int Burst { get; init; } = 100;

    /// <summary>Asked immediately before each write is sent; where it says no, <see cref="FencedException"/>. For a leader that may have been paused past its lease.</summary>
    public Func<bool>? MayWrite { get; init; }
}

/// <summary>What a list or a watch is narrowed to.</summary>
public sealed record ListOptions
{
    public static readonly ListOptions All = new();

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    /// <summary>Objects a page, 1 to 500.</summary>
    public int Limit { get; init; } = 500;
}

/// <summary>A watch ends by the server's hand after <see cref="Timeout"/>; what says nothing, not even that, for <see cref="Grace"/> longer is broken.</summary>
public sealed record WatchOptions
{
    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    /// <summary>Sent as timeoutSeconds. 5 minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>15 s.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(15);
}

/// <summary>metav1.DeleteOptions: what must hold for the deletion, and how it goes.</summary>
public sealed record DeleteOptions
{
    public static readonly DeleteOptions None = new();

    /// <summary>Only this very object, not a later one of its name; else <see cref="ConflictException"/>.</summary>
    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }

    /// <summary>Background, Foreground or Orphan; the kind's own default where absent.</summary>
    public string? PropagationPolicy { get; init; }

    public long? GracePeriodSeconds { get; init; }
}

/// <summary>Which part of a container's log.</summary>
public sealed record LogOptions
{
    public int? TailLines { get; init; }

    /// <summary>Bytes from the start of what is selected. 1 MiB.</summary>
    public int LimitBytes { get; init; } = 1 << 20;

    /// <summary>Of the container's run before the present one.</summary>
    public bool Previous { get; init; }
}

/// <summary>A token of a ServiceAccount.</summary>
/// <param name="Audiences">Who accepts the token; empty for the API server.</param>
/// <param name="ExpirationSeconds">At least 600.</param>
/// <param name="Pod">The token dies with this pod.</param>
public sealed record TokenOptions(IReadOnlyList<string> Audiences, long ExpirationSeconds = 3600, BoundPod? Pod = null);

/// <summary>A pod of the ServiceAccount's namespace.</summary>
public sealed record BoundPod(string Name, string Uid);
