using System.Text.Json.Nodes;
using LakehouseOperator.Testing;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.Cluster.Tests.Processes;

/// <summary>
/// The ServiceAccount that the operator runs as in a cluster, with exactly the rights of <c>config/rbac</c>: what it does here beyond them is refused here.
/// </summary>
public static class OperatorAccount
{
    public const string Namespace = "lakehouse-system";
    public const string Name = "lakehouse-operator";

    /// <summary>As audit logs name it.</summary>
    public const string User = "system:serviceaccount:" + Namespace + ":" + Name;

    /// <summary>Makes the account and its rights.</summary>
    /// <returns>A kubeconfig with a token of the account, as text.</returns>
    public static async Task<string> KubeconfigAsync(string administrator, ClusterApi api)
    {
        var kubectl = new Kubectl(administrator);
        _ = (await kubectl.ApplyAsync($$"""
            ---
            {apiVersion: v1, kind: Namespace, metadata: {name: {{Namespace}} } }
            ---
            {apiVersion: v1, kind: ServiceAccount, metadata: {name: {{Name}}, namespace: {{Namespace}} } }
            """)).Succeeded;
        _ = (await kubectl.RunAsync("apply", "-f", Path.Combine(Repository.Root, "config", "rbac"))).Succeeded;
        return await KubeconfigOfAsync(kubectl, api, Namespace, Name);
    }

    /// <summary>A kubeconfig with a token of an account that is there, as text.</summary>
    public static async Task<string> KubeconfigOfAsync(Kubectl kubectl, ClusterApi api, string ns, string name)
    {
        var request = await api.PostAsync($"/api/v1/namespaces/{ns}/serviceaccounts/{name}/token", new JsonObject
        {
            ["apiVersion"] = "authentication.k8s.io/v1", ["kind"] = "TokenRequest", ["spec"] = new JsonObject { ["expirationSeconds"] = 86400 },
        });
        var cluster = JsonNode.Parse((await kubectl.RunAsync("config", "view", "--raw", "--minify", "--flatten", "-o", "json")).Succeeded)!["clusters"]![0]!["cluster"]!;
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Config",
            ["clusters"] = new JsonArray(new JsonObject { ["name"] = "cluster", ["cluster"] = cluster.DeepClone() }),
            ["users"] = new JsonArray(new JsonObject { ["name"] = name, ["user"] = new JsonObject { ["token"] = (string)request["status"]!["token"]! } }),
            ["contexts"] = new JsonArray(new JsonObject
            {
                ["name"] = "operator", ["context"] = new JsonObject { ["cluster"] = "cluster", ["user"] = name, ["namespace"] = ns },
            }),
            ["current-context"] = "operator",
        }.ToJsonString();
    }
}
