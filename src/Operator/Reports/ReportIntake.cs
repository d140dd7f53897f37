using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Operator.Reports;

/// <summary>What becomes of a report that was sent: the status code of the answer, and why.</summary>
internal readonly record struct Intake(int Status, string? Reason = null);

/// <summary>
/// Takes reports by ADR 0008: the token names the pod, the report names the run, and the pod must be one that the run's own Job or Deployment made. A token is good for this audience alone, dies with its
/// pod, and is asked of the API server before anything of the body is looked at.
/// </summary>
internal sealed class ReportIntake(KubernetesClient client, ClusterCache cache, ReportInbox inbox, Func<bool> isLeading, Action<string> changed, TimeProvider time) : IDisposable
{
    public const int MostBytes = 1 << 20;

    /// <summary>Reports that are taken in at once; the others are asked to come again.</summary>
    private const int MostAtOnce = 32;

    private const int MostRefusals = 10_000;
    private const string PodName = "authentication.kubernetes.io/pod-name";
    private const string PodUid = "authentication.kubernetes.io/pod-uid";
    private const string Account = "system:serviceaccount:";

    private static readonly TimeSpan RefusedFor = TimeSpan.FromSeconds(30);

    /// <summary>A watch may be behind the pod that it tells of by this much.</summary>
    private static readonly TimeSpan SeenWithin = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim room = new(MostAtOnce, MostAtOnce);

    /// <summary>Hashes of tokens that the API server did not take, and when: whoever keeps sending one costs it nothing.</summary>
    private readonly ConcurrentDictionary<string, DateTimeOffset> refused = new(StringComparer.Ordinal);

    /// <param name="body">At most <see cref="MostBytes"/>; read only once the token is taken.</param>
    public async Task<Intake> TakeAsync(string? authorization, Func<CancellationToken, Task<ReadOnlyMemory<byte>>> body, CancellationToken cancellationToken)
    {
        if (!isLeading())
            return new Intake(503, "not the leader");
        if (authorization is null || !authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || authorization["Bearer ".Length..].Trim() is not { Length: > 0 } token)
            return new Intake(401, "no bearer token");
        if (!await room.WaitAsync(TimeSpan.Zero, cancellationToken))
            return new Intake(429, "too many reports at once");
        try
        {
            return await TakeOfAsync(token, body, cancellationToken);
        }
        catch (KubernetesException e)
        {
            return new Intake(503, e.Message);
        }
        finally
        {
            room.Release();
        }
    }

    private async Task<Intake> TakeOfAsync(string token, Func<CancellationToken, Task<ReadOnlyMemory<byte>>> body, CancellationToken cancellationToken)
    {
        if (await SenderOfAsync(token, cancellationToken) is not { } sender)
            return new Intake(401, "the token is not one of a pod, for this audience");
        if (cache.Serves(sender.Namespace) && !cache.Shows(sender.Namespace))
            return new Intake(503, "the namespace cannot be watched now");
        if (!cache.Serves(sender.Namespace) || await PodAsync(sender, cancellationToken) is not { } pod)
            return new Intake(403, "the pod carries out no run of ours");
        RunReport report;
        try
        {
            report = ReportJson.Read(Encoding.UTF8.GetString((await body(cancellationToken)).Span));
        }
        catch (DiagnosticException e)
        {
            return new Intake(400, e.Message);
        }

        if (sender.Namespace != report.Namespace)
            return new Intake(403, "the pod is of another namespace");
        if (pod.RunId != report.RunId || (pod.OwnerUid is null && pod.ReplicaSet is null))
            return new Intake(403, "the pod was not started for this run");
        var made = pod.OwnerUid is { } job ? cache.HasJob(pod.Namespace, job, pod.RunId) : cache.HasStream(pod.Namespace, pod.ReplicaSet!, pod.RunId);

        // What made a pod that is going may have gone before it, or have been changed: a stream that is rolled on. Whoever is told to come again keeps its pod for as long.
        if (!made)
            return !pod.Deleting && pod.Created > time.GetUtcNow() - SeenWithin ? new Intake(503, "what made the pod was not seen yet") : new Intake(403, "what made the pod is not there");
        inbox.Take(report, new Sender(pod.Uid, pod.OwnerUid, time.GetUtcNow()));
        changed(report.Namespace);
        return new Intake(200);
    }

    private async Task<RunPod?> PodAsync((string Namespace, string Name, string Uid) sender, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(sender.Namespace, sender.Name);
        if (cache.Pod(key) is { } known && known.Uid == sender.Uid)
            return known;
        return await client.GetAsync(ResourceTypes.Pods, key, cancellationToken) is { } there && there.Metadata.Uid == sender.Uid ? PodReading.Read(there) : null;
    }

    private async Task<(string Namespace, string Name, string Uid)?> SenderOfAsync(string token, CancellationToken cancellationToken)
    {
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        var now = time.GetUtcNow();
        if (refused.TryGetValue(hash, out var since) && now - since < RefusedFor && since <= now)
            return null;
        var review = await client.CreateAsync(
            ResourceTypes.TokenReviews, new TokenReview { Spec = new TokenReviewSpec { Token = token, Audiences = [RunnerPod.Audience] } }, cancellationToken);
        if (review.Status is not { Authenticated: true, User: { Username: { } user, Extra: { } extra } } || review.Status.Audiences?.Contains(RunnerPod.Audience, StringComparer.Ordinal) != true
            || !user.StartsWith(Account, StringComparison.Ordinal) || !extra.TryGetValue(PodName, out var names) || !extra.TryGetValue(PodUid, out var uids) || names is not [var name] || uids is not [var uid])
        {
            if (refused.Count >= MostRefusals)
                refused.Clear();
            refused[hash] = now;
            return null;
        }

        return (user[Account.Length..].Split(':')[0], name, uid);
    }

    public void Dispose() => room.Dispose();
}
