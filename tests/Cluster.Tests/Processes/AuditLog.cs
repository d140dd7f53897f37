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

/// <summary>The API server's own record of who asked it for what: what tests of writes count.</summary>
/// <param name="path">One JSON object of kind Event (audit.k8s.io/v1) a line.</param>
public sealed class AuditLog(string path)
{
    /// <summary>What the operator asked for in one namespace, in order.</summary>
    public IReadOnlyList<AuditedRequest> OperatorIn(string ns) => [.. Read($"\"namespace\":\"{ns}\"").Where(request => request.User == OperatorAccount.User && request.Namespace == ns)];

    /// <summary>Writes of the operator in one namespace, Events apart.</summary>
    public IReadOnlyList<AuditedRequest> WritesIn(string ns) => [.. OperatorIn(ns).Where(request => request.IsWrite && request.Resource != "events")];

    /// <param name="having">Lines without this text are not looked at: the log of a whole test run is long.</param>
    public IReadOnlyList<AuditedRequest> Read(string having = "")
    {
        List<AuditedRequest> requests = [];
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            if (line.EndsWith('}') && line.Contains(having, StringComparison.Ordinal) && Parse(line) is { } request) // the last one may be half written
                requests.Add(request);
        }

        return requests;
    }

    private static AuditedRequest? Parse(string line)
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
