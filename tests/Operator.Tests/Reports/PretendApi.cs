using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Connection;
using LakehouseOperator.Kubernetes.Objects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Operator.Tests.Reports;

/// <summary>As much of an API server, on a port of its own, as tells whose a token is: lists, watches that say what a test has them say, single pods and token reviews.</summary>
internal sealed class PretendApi : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, Channel<string>> watches = new(StringComparer.Ordinal);

    private PretendApi()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.ListenLocalhostFree());
        app = builder.Build();
        app.Run(AnswerAsync);
    }

    public ConcurrentDictionary<string, Job> Jobs { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, Deployment> Deployments { get; } = new(StringComparer.Ordinal);

    /// <summary>Pods that lists and watches show.</summary>
    public ConcurrentDictionary<string, Pod> Pods { get; } = new(StringComparer.Ordinal);

    /// <summary>Pods that only a GET shows yet.</summary>
    public ConcurrentDictionary<string, Pod> NewPods { get; } = new(StringComparer.Ordinal);

    /// <summary>Whose a token is: namespace, pod, uid.</summary>
    public ConcurrentDictionary<string, (string Namespace, string Pod, string Uid)> Tokens { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Reviewed { get; } = new();

    /// <summary>Held until a test lets go of them.</summary>
    public Func<string, Task> Reviewing { get; set; } = static _ => Task.CompletedTask;

    public KubernetesClient Client => new(new ClusterConnection { Server = new Uri(app.Urls.Single()) }, TimeProvider.System, new ClientOptions { FieldManager = "tests" });

    public static async Task<PretendApi> StartAsync(CancellationToken cancellationToken)
    {
        var api = new PretendApi();
        await api.app.StartAsync(cancellationToken);
        return api;
    }

    /// <summary>The watch of pods tells that this one is gone.</summary>
    public void Delete(string name)
    {
        Assert.True(Pods.TryRemove(name, out var pod));
        var gone = pod with { Metadata = pod.Metadata with { ResourceVersion = "100" } };
        Watch("pods").Writer.TryWrite($$"""{"type":"DELETED","object":{{Text(gone, KubernetesJson.Default.Pod)}}}""" + "\n");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var watch in watches.Values)
            watch.Writer.TryComplete();
        await app.DisposeAsync();
    }

    private Channel<string> Watch(string plural) => watches.GetOrAdd(plural, static _ => Channel.CreateUnbounded<string>());

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        context.Response.ContentType = "application/json";
        if (path[^1] == "tokenreviews")
            await ReviewAsync(context);
        else if (path is ["api", "v1", "namespaces", _, "pods", var name])
            await PodAsync(context, name);
        else if (context.Request.Query["watch"] == "true")
            await WatchAsync(context, path[^1]);
        else
            await context.Response.WriteAsync(List(path[^1]), context.RequestAborted);
    }

    private async Task ReviewAsync(HttpContext context)
    {
        var review = (await JsonSerializer.DeserializeAsync(context.Request.Body, KubernetesJson.Default.TokenReview, context.RequestAborted))!;
        var token = review.Spec!.Token!;
        Reviewed.Enqueue(token);
        await Reviewing(token);
        var status = Tokens.TryGetValue(token, out var whose)
            ? new TokenReviewStatus
            {
                Authenticated = true,
                Audiences = review.Spec.Audiences,
                User = new UserInfo
                {
                    Username = $"system:serviceaccount:{whose.Namespace}:default",
                    Extra = new Dictionary<string, IReadOnlyList<string>> { ["authentication.kubernetes.io/pod-name"] = [whose.Pod], ["authentication.kubernetes.io/pod-uid"] = [whose.Uid] },
                },
            }
            : new TokenReviewStatus { Authenticated = false, Error = "no" };
        context.Response.StatusCode = StatusCodes.Status201Created;
        await context.Response.WriteAsync(Text(review with { Status = status }, KubernetesJson.Default.TokenReview), context.RequestAborted);
    }

    private async Task PodAsync(HttpContext context, string name)
    {
        if (Pods.TryGetValue(name, out var pod) || NewPods.TryGetValue(name, out pod))
        {
            await context.Response.WriteAsync(Text(pod, KubernetesJson.Default.Pod), context.RequestAborted);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        await context.Response.WriteAsync($$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"none","reason":"NotFound","details":{"kind":"pods","name":"{{name}}"},"code":404}""", context.RequestAborted);
    }

    private async Task WatchAsync(HttpContext context, string plural)
    {
        await context.Response.StartAsync(context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        await foreach (var line in Watch(plural).Reader.ReadAllAsync(context.RequestAborted))
        {
            await context.Response.WriteAsync(line, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private string List(string plural)
    {
        var items = plural switch
        {
            "jobs" => Jobs.Values.Select(static one => Text(one, KubernetesJson.Default.Job)),
            "pods" => Pods.Values.Select(static one => Text(one, KubernetesJson.Default.Pod)),
            "deployments" => Deployments.Values.Select(static one => Text(one, KubernetesJson.Default.Deployment)),
            _ => [],
        };
        return new StringBuilder("""{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"50"},"items":[""").AppendJoin(',', items).Append("]}").ToString();
    }

    private static string Text<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.Serialize(value, type);
}

internal static class FreePort
{
    public static void ListenLocalhostFree(this Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions kestrel) => kestrel.Listen(System.Net.IPAddress.Loopback, 0);
}
