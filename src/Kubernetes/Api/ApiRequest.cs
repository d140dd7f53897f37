namespace LakehouseOperator.Kubernetes.Api;

/// <summary>One request, as often as it has to be sent.</summary>
/// <param name="Target">Path and query.</param>
internal sealed record ApiRequest(HttpMethod Method, string Target, byte[]? Body = null, string ContentType = ApiRequest.Json)
{
    public const string Json = "application/json";
    public const string MergePatch = "application/merge-patch+json";

    /// <summary>JSON is YAML.</summary>
    public const string ApplyPatch = "application/apply-patch+yaml";

    public bool IsWrite => Method != HttpMethod.Get;

    public override string ToString() => $"{Method} {(Target.IndexOf('?', StringComparison.Ordinal) is var end && end < 0 ? Target : Target[..end])}";
}
