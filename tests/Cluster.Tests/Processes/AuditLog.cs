using System.Text;
using System.Text.Json.Nodes;

namespace LakehouseOperator.Cluster.Tests.Processes;

/// <summary>A request that the API server answered.</summary>
/// <param name="Resource">With its subresource: <c>pods/status</c>.</param>
/// <param name="IsForbidden">By RBAC; not by anything that an admission rule has to say.</param>
public sealed record AuditedRequest(string User, string Verb, string Group, string Resource, string? Namespace, string? Name, int Code, bool IsForbidden, DateTimeOffset Time)
{
    /// <summary>Verbs that it needs: who applies what is not there must be allowed to create it, too.</summary>
    public IReadOnlyList<string> Needs => Verb == "patch" && Code == 201 ? [Verb, "create"] : [Verb];

    public bool IsWrite => Verb is "create" or "update" or "patch" or "delete" or "deletecollection";

    public override string ToString() => $"{Verb} {Group}/{Resource} {Namespace}/{Name} -> {Code}";
}

/// <summary>The API server's own record of what the operator asked it for: what tests of writes count. Each line is read once, however often and by whom it is asked for.</summary>
/// <param name="path">One JSON object of kind Event (audit.k8s.io/v1) a line.</param>
public sealed class AuditLog(string path)
{
    private const string Anywhere = "";
    private static readonly byte[] User = Encoding.UTF8.GetBytes(OperatorAccount.User);

    private readonly Lock reading = new();
    private readonly Dictionary<string, List<AuditedRequest>> requests = new(StringComparer.Ordinal);
    private long read;

    /// <summary>What the operator asked for, in order.</summary>
    public IReadOnlyList<AuditedRequest> Operator => Of(Anywhere);

    /// <summary>What the operator asked for in one namespace, in order.</summary>
    public IReadOnlyList<AuditedRequest> OperatorIn(string ns) => Of(ns);

    /// <summary>Writes of the operator in one namespace, Events apart.</summary>
    public IReadOnlyList<AuditedRequest> WritesIn(string ns) => [.. OperatorIn(ns).Where(request => request.IsWrite && request.Resource != "events")];

    private IReadOnlyList<AuditedRequest> Of(string ns)
    {
        lock (reading)
        {
            ReadOn();
            return [.. requests.GetValueOrDefault(ns, [])];
        }
    }

    private void ReadOn()
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = read;
        var more = new byte[file.Length - read];
        file.ReadExactly(more);
        var whole = more.AsSpan(0, more.AsSpan().LastIndexOf((byte)'\n') + 1); // the last line may be half written
        read += whole.Length;
        foreach (var range in whole.Split((byte)'\n'))
        {
            var line = whole[range];
            if (line.IndexOf(User) >= 0 && Parse(line) is { User: OperatorAccount.User } request)
                Add(request);
        }
    }

    private void Add(AuditedRequest request)
    {
        foreach (var ns in request.Namespace is { } own ? new[] { Anywhere, own } : [Anywhere])
        {
            if (!requests.TryGetValue(ns, out var list))
                requests.Add(ns, list = []);
            list.Add(request);
        }
    }

    private static AuditedRequest? Parse(ReadOnlySpan<byte> line)
    {
        var said = JsonNode.Parse(line)!;
        if ((string?)said["stage"] is not ("ResponseComplete" or "ResponseStarted") || said["objectRef"] is not { } target || (string?)target["resource"] is not { } resource)
            return null;
        return new AuditedRequest(
            (string?)said["user"]?["username"] ?? "", (string?)said["verb"] ?? "", (string?)target["apiGroup"] ?? "",
            (string?)target["subresource"] is { } sub ? $"{resource}/{sub}" : resource, (string?)target["namespace"], (string?)target["name"],
            (int?)said["responseStatus"]?["code"] ?? 0, (string?)said["annotations"]?["authorization.k8s.io/decision"] == "forbid",
            DateTimeOffset.Parse((string)said["requestReceivedTimestamp"]!, System.Globalization.CultureInfo.InvariantCulture));
    }
}
