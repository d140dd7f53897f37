using System.Text.Json.Nodes;
using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.Cluster.Tests.Processes;

/// <summary>A namespace with an operator of its own that serves it, and an executor that plays its pods.</summary>
public sealed class ServedNamespace : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(45);

    private readonly TestNamespace within;

    private ServedNamespace(TestNamespace within, ClusterApi api, PodExecutor executor, OperatorProcess @operator)
    {
        this.within = within;
        Api = api;
        Executor = executor;
        Operator = @operator;
    }

    public string Name => within.Name;

    public Kubectl Kubectl => within.Kubectl;

    public ClusterApi Api { get; }

    public PodExecutor Executor { get; }

    public OperatorProcess Operator { get; }

    /// <param name="more">Further arguments of the operator.</param>
    public static async Task<ServedNamespace> StartAsync(SharedNode node, params IReadOnlyList<string> more)
    {
        var within = await node.Cluster.NamespaceAsync();
        var api = await node.ApiAsync();
        var executor = await node.ExecuteAsync(within);
        return new ServedNamespace(within, api, executor, await OperatorProcess.StartAsync(await node.OperatorKubeconfigAsync(), [within.Name], more));
    }

    /// <summary>Applies documents, which name no namespace.</summary>
    public async Task ApplyAsync(string yaml) => _ = (await Kubectl.ApplyAsync(yaml)).Succeeded;

    /// <summary>A resource of ours, once it is as asked.</summary>
    /// <param name="plural">lakehouses, ingestions, transformations or qualitychecks.</param>
    /// <exception cref="TimeoutException">It does not come to be so; with what it was last, and what the operator wrote.</exception>
    public Task<JsonObject> UntilAsync(string plural, string name, Func<JsonObject, bool> holds) =>
        UntilObjectAsync($"/apis/lakehouse.dev/v1alpha1/namespaces/{Name}/{plural}", name, holds);

    /// <summary>A resource of ours, once its condition says so about its present generation.</summary>
    public Task<JsonObject> UntilAsync(string plural, string name, string condition, string status, string? reason = null) => UntilAsync(plural, name, resource =>
        (long?)resource["status"]?["observedGeneration"] == (long?)resource["metadata"]!["generation"]
        && ConditionOf(resource, condition) is { } found && (string?)found["status"] == status && (reason is null || (string?)found["reason"] == reason));

    /// <summary>Once there is no resource of that name.</summary>
    public async Task UntilGoneAsync(string plural, string name)
    {
        using var deadline = new CancellationTokenSource(Longest, TimeProvider.System);
        while (await Api.GetAsync($"/apis/lakehouse.dev/v1alpha1/namespaces/{Name}/{plural}/{name}", deadline.Token) is not null)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
    }

    /// <param name="path">Of the list of its kind.</param>
    public async Task<JsonObject> UntilObjectAsync(string path, string name, Func<JsonObject, bool> holds)
    {
        JsonObject? last = null;
        using var deadline = new CancellationTokenSource(Longest, TimeProvider.System);
        try
        {
            await foreach (var (type, value) in Api.WatchAsync(path, deadline.Token))
            {
                if ((string?)value["metadata"]!["name"] != name || type == "DELETED")
                    continue;
                last = value;
                if (holds(value))
                    return value;
            }
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException(
                $"{path}/{name} does not come to be as asked; it is\n{last?["status"]?.ToJsonString()}\n{string.Join('\n', Operator.Log.TakeLast(60))}", e);
        }

        throw new InvalidOperationException("a watch ended");
    }

    /// <summary>Null: there is none of that type.</summary>
    public static JsonObject? ConditionOf(JsonObject resource, string type) =>
        resource["status"]?["conditions"]?.AsArray().Select(condition => condition!.AsObject()).FirstOrDefault(condition => (string?)condition["type"] == type);

    public async ValueTask DisposeAsync()
    {
        await Operator.DisposeAsync();
        await Executor.DisposeAsync();
    }
}
