using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.EndToEnd.Tests.Cluster;

/// <summary>What the chart can be told, on the node.</summary>
public sealed class ChartTests(LakeNode lake)
{
    private const string Account = "--as=system:serviceaccount:" + Installation.Namespace + ":lakehouse-operator";

    /// <summary>By Roles alone it has what it needs there; elsewhere it may do nothing, and does nothing.</summary>
    [Fact]
    public async Task An_operator_of_one_namespace_serves_that_one_alone()
    {
        var kubectl = (await lake.NodeAsync()).Kubectl;
        await lake.NamespaceAsync("served");
        await lake.NamespaceAsync("other");
        var installation = await Installation.InstallAsync(kubectl, "watchNamespaces=[served]");
        try
        {
            await DeclareAsync(kubectl.In("other"));
            await DeclareAsync(kubectl.In("served"));
            var waited = await kubectl.In("served").RunAsync("wait", "--for=condition=Ready", "--timeout=180s", "lakehouse/small", "xf/numbers");
            Assert.True(waited.ExitCode == 0, $"{waited}\n{(await kubectl.In("served").RunAsync("get", "lake,pods,jobs")).Output}\n{await Installation.LogAsync(kubectl)}");
            Assert.Equal("3", (await kubectl.In("served").RunAsync("get", "xf", "numbers", "-o", "jsonpath={.status.output.rows}")).Succeeded);
            Assert.Equal("", (await kubectl.In("other").RunAsync("get", "lakehouse,xf", "-o", "jsonpath={.items[*].status}")).Succeeded);
            Assert.Equal("", (await kubectl.In("other").RunAsync("get", "jobs,pods,networkpolicies", "-o", "name")).Succeeded);
            Assert.Equal("yes", await MayAsync(kubectl, "served"));
            Assert.Equal("no", await MayAsync(kubectl, "other"));
        }
        finally
        {
            foreach (var ns in new[] { "served", "other" }) // what the operator does not serve has no finalizer of its
            {
                _ = await kubectl.In(ns).RunAsync("delete", "xf", "--all", "--timeout=120s");
                _ = await kubectl.In(ns).RunAsync("delete", "lakehouse", "--all", "--timeout=120s");
            }

            await installation.UninstallAsync();
        }
    }

    private static async Task<string> MayAsync(Kubectl kubectl, string ns) => (await kubectl.In(ns).RunAsync("auth", "can-i", "create", "jobs", Account)).Output.Trim();

    private static async Task DeclareAsync(Kubectl kubectl) => _ = (await kubectl.ApplyAsync("""
        apiVersion: lakehouse.dev/v1alpha1
        kind: Lakehouse
        metadata: {name: small}
        spec:
          storage: {s3: {bucket: small, endpoint: "http://minio.storage:9000", pathStyle: true, credentialsSecretRef: {name: minio}}}
        ---
        apiVersion: lakehouse.dev/v1alpha1
        kind: Transformation
        metadata: {name: numbers}
        spec:
          lakehouseRef: {name: small}
          table: gold.numbers
          deletionPolicy: Delete
          sql: SELECT unnest([1, 2, 3]) AS n
        """)).Succeeded;
}
