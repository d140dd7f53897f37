using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Connection;
using LakehouseOperator.Kubernetes.Election;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LakehouseOperator.Kubernetes.Tests.Election;

/// <summary>How one process reaches the API server.</summary>
internal enum Reach
{
    Well,
    Refused,
    Hangs,

    /// <summary>What it asks for is done, and the reply is lost.</summary>
    LosesReplies,

    /// <summary>What it asks for is done at once, and the reply takes four seconds.</summary>
    IsSlow,
}

/// <summary>An API server that holds one Lease.</summary>
internal sealed class LeaseWorld
{
    private JsonObject? lease;
    private int version = 100;

    public ManualTime Time { get; } = new();

    public static ObjectKey Key { get; } = new("lakehouse", "lakehouse-operator");

    public int Writes { get; private set; }

    public string? Holder => (string?)lease?["spec"]?["holderIdentity"];

    /// <summary>The Lease as somebody else writes it.</summary>
    public void Put(JsonObject spec)
    {
        lease = new JsonObject
        {
            ["apiVersion"] = "coordination.k8s.io/v1",
            ["kind"] = "Lease",
            ["metadata"] = new JsonObject { ["name"] = Key.Name, ["namespace"] = Key.Namespace, ["resourceVersion"] = (++version).ToString() },
            ["spec"] = spec,
        };
    }

    public HttpResponseMessage Answer(HttpMethod method, string body)
    {
        if (method == HttpMethod.Get)
            return lease is null ? Status(404, "NotFound") : Json(200);
        var sent = JsonNode.Parse(body)!.AsObject();
        if (method == HttpMethod.Post && lease is not null)
            return Status(409, "AlreadyExists");
        if (method == HttpMethod.Put && (lease is null || (string?)sent["metadata"]!["resourceVersion"] != (string?)lease["metadata"]!["resourceVersion"]))
            return Status(409, "Conflict");
        Writes++;
        Put(sent["spec"]!.DeepClone().AsObject());
        return Json(200);
    }

    private HttpResponseMessage Json(int code) => Text(code, lease!.ToJsonString());

    private static HttpResponseMessage Status(int code, string reason) =>
        Text(code, $$$"""{"kind":"Status","status":"Failure","reason":"{{{reason}}}","details":{"name":"{{{Key.Name}}}"},"code":{{{code}}}}""");

    private static HttpResponseMessage Text(int code, string body) => new((HttpStatusCode)code) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
}

/// <summary>A process that contends for the Lease.</summary>
internal sealed class Contender : HttpMessageHandler
{
    private readonly LeaseWorld world;
    private readonly CancellationTokenSource stopping = new();

    public Contender(LeaseWorld world, string identity, int seed, LeaseTimes? times = null)
    {
        this.world = world;
        Time = new PausableTime(world.Time);
        var client = new KubernetesClient(new ClusterConnection { Server = new Uri("http://lease.test") }, this, Time, new ClientOptions { FieldManager = "tests" });
        Election = new LeaderElection(client, LeaseWorld.Key, identity, times ?? LeaseTimes.Default, Time, new Random(seed), NullLogger.Instance);
        Loop = Election.RunAsync(LeadAsync, stopping.Token);
    }

    public PausableTime Time { get; }

    public LeaderElection Election { get; }

    public Reach Reach { get; set; }

    public Task Loop { get; }

    /// <summary>Whether it was told that it leads.</summary>
    public bool WasToldToLead { get; private set; }

    /// <summary>Whether it was told that it no longer leads.</summary>
    public bool WasToldToStop { get; private set; }

    /// <summary>How long it takes to end its work when told to.</summary>
    public TimeSpan Winding { get; set; }

    public void Stop() => stopping.Cancel();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Reach == Reach.Refused)
            throw new HttpRequestException("refused");
        if (Reach == Reach.Hangs)
            await Task.Delay(Timeout.InfiniteTimeSpan, Time, cancellationToken);
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var reply = world.Answer(request.Method, body);
        if (Reach == Reach.IsSlow)
            await Task.Delay(TimeSpan.FromSeconds(4), Time, cancellationToken);
        return Reach == Reach.LosesReplies ? throw new HttpRequestException("reset") : reply;
    }

    private async Task LeadAsync(CancellationToken leading)
    {
        WasToldToLead = true;
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, leading);
        }
        catch (OperationCanceledException)
        {
            // Who sees that it was told may move the clock.
            var winding = Task.Delay(Winding, Time, CancellationToken.None);
            WasToldToStop = true;
            await winding;
        }
    }
}

/// <summary>The clock of a process that can be paused: its time goes on, and its timers fire when it is resumed.</summary>
internal sealed class PausableTime(ManualTime inner) : TimeProvider
{
    private readonly List<Action> missed = [];
    private bool isPaused;

    public override long TimestampFrequency => inner.TimestampFrequency;

    public bool IsPaused
    {
        get => isPaused;
        set
        {
            isPaused = value;
            Action[] now = value ? [] : [.. missed];
            missed.RemoveAll(now.Contains);
            foreach (var fire in now)
                fire();
        }
    }

    public override long GetTimestamp() => inner.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => inner.CreateTimer(
        fired =>
        {
            if (isPaused)
                missed.Add(() => callback(fired));
            else
                callback(fired);
        },
        state,
        dueTime,
        period);
}
