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
/// Takes reports by ADR 0008: the token names the pod, the pod names the run, and must be one that the run's own Job or Deployment made. All of that is known before anything of the body is read, and the
/// body is read at the cost of the pod's own namespace alone.
/// </summary>
internal sealed class ReportIntake(KubernetesClient client, ClusterCache cache, ReportInbox inbox, Func<bool> isLeading, Action<string> changed, TimeProvider time) : IDisposable
{
    public const int MostBytes = 1 << 20;

    /// <summary>Senders whom the API server is asked about at once; the others wait for their turn.</summary>
    private const int MostAsked = 32;

    private const int MostTokens = 10_000;
    private const string PodName = "authentication.kubernetes.io/pod-name";
    private const string PodUid = "authentication.kubernetes.io/pod-uid";
    private const string Account = "system:serviceaccount:";

    private static readonly TimeSpan RefusedFor = TimeSpan.FromSeconds(30);

    /// <summary>A stream reports every two seconds.</summary>
    private static readonly TimeSpan TakenFor = TimeSpan.FromSeconds(10);

    /// <summary>As long as a runner waits for its answer.</summary>
    private static readonly TimeSpan AskedWithin = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ReadWithin = TimeSpan.FromSeconds(10);

    /// <summary>A watch may be behind the pod that it tells of by this much.</summary>
    private static readonly TimeSpan SeenWithin = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim room = new(MostAsked, MostAsked);
    private readonly PostsInFlight posts = new();

    /// <summary>Tokens that will not do, and why: whoever keeps sending one costs the API server nothing.</summary>
    private readonly TokenMemory<Intake> refused = new(RefusedFor, MostTokens, time);

    /// <summary>Whose tokens are that were good a moment ago. A token dies with its pod, so one stands only while the watch shows that very pod.</summary>
    private readonly TokenMemory<(ObjectKey Pod, string Uid)> taken = new(TakenFor, MostTokens, time);

    /// <param name="body">At most <see cref="MostBytes"/>; read only once the token is taken and the pod is one of ours.</param>
    public async Task<Intake> TakeAsync(string? authorization, Func<CancellationToken, Task<ReadOnlyMemory<byte>>> body, CancellationToken cancellationToken)
    {
        if (!isLeading())
            return new Intake(503, "not the leader");
        if (PodToken.Of(authorization) is not { } token)
            return new Intake(401, "no bearer token");
        if (!PodToken.ClaimsOurAudience(token))
            return new Intake(401, "the token is not one for this audience");
        var (pod, refusal) = await SenderAsync(token, cancellationToken);
        if (pod is null)
            return refusal;
        if (!posts.TryEnter(pod.Namespace, pod.Uid))
            return new Intake(429, "the pod or its namespace has as many reports under way as it may");
        try
        {
            return await TakeOfAsync(pod, body, cancellationToken);
        }
        finally
        {
            posts.Leave(pod.Namespace, pod.Uid);
        }
    }

    private async Task<Intake> TakeOfAsync(RunPod pod, Func<CancellationToken, Task<ReadOnlyMemory<byte>>> body, CancellationToken cancellationToken)
    {
        RunReport report;
        using var late = new CancellationTokenSource(ReadWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            report = ReportJson.Read(Encoding.UTF8.GetString((await body(either.Token)).Span));
        }
        catch (DiagnosticException e)
        {
            return new Intake(400, e.Message);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new Intake(408, "the report did not arrive in time");
        }

        if (report.Namespace != pod.Namespace)
            return new Intake(403, "the pod is of another namespace");
        if (report.RunId != pod.RunId)
            return new Intake(403, "the pod was not started for this run");
        if (!isLeading())
            return new Intake(503, "no longer the leader");
        inbox.Take(report, new Sender(pod.Uid, pod.OwnerUid, time.GetUtcNow()));
        changed(report.Namespace);
        return new Intake(200);
    }

    /// <returns>The pod, or the answer that its sender gets.</returns>
    private async Task<(RunPod? Pod, Intake Refusal)> SenderAsync(string token, CancellationToken cancellationToken)
    {
        var hash = PodToken.Hash(token);
        if (Known(hash) is { } known)
            return known;
        using var late = new CancellationTokenSource(AskedWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            await room.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, new Intake(429, "too many senders at once"));
        }

        try
        {
            // Of many that came with the same token, the first has asked.
            if (Known(hash) is { } learnt)
                return learnt;
            var answer = await AskAsync(token, either.Token);
            if (answer.Pod is { } pod)
                taken.Keep(hash, (new ObjectKey(pod.Namespace, pod.Name), pod.Uid));
            else if (answer.Refusal.Status is 401 or 403)
                refused.Keep(hash, answer.Refusal);
            return answer;
        }
        catch (KubernetesException e)
        {
            return (null, new Intake(503, e.Message));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, new Intake(503, "the API server did not answer in time"));
        }
        finally
        {
            room.Release();
        }
    }

    /// <summary>Null: the API server has to be asked.</summary>
    private (RunPod? Pod, Intake Refusal)? Known(string hash)
    {
        if (refused.TryGet(hash, out var why))
            return (null, why);
        return taken.TryGet(hash, out var sender) && cache.Pod(sender.Pod) is { } pod && pod.Uid == sender.Uid ? Judge(pod) : null;
    }

    private async Task<(RunPod? Pod, Intake Refusal)> AskAsync(string token, CancellationToken cancellationToken)
    {
        var review = await client.CreateAsync(
            ResourceTypes.TokenReviews, new TokenReview { Spec = new TokenReviewSpec { Token = token, Audiences = [RunnerPod.Audience] } }, cancellationToken);
        if (review.Status is not { Authenticated: true, User: { Username: { } user, Extra: { } extra } } || review.Status.Audiences?.Contains(RunnerPod.Audience, StringComparer.Ordinal) != true
            || !user.StartsWith(Account, StringComparison.Ordinal) || !extra.TryGetValue(PodName, out var names) || !extra.TryGetValue(PodUid, out var uids) || names is not [var name] || uids is not [var uid])
        {
            return (null, new Intake(401, "the token is not one of a pod, for this audience"));
        }

        var ns = user[Account.Length..].Split(':')[0];
        if (!cache.Serves(ns))
            return (null, new Intake(403, "the namespace is not served"));
        if (!cache.Shows(ns))
            return (null, new Intake(503, "the namespace cannot be watched now"));
        return await PodAsync(new ObjectKey(ns, name), uid, cancellationToken) is { } pod ? Judge(pod) : (null, new Intake(403, "the pod carries out no run of ours"));
    }

    private async Task<RunPod?> PodAsync(ObjectKey key, string uid, CancellationToken cancellationToken)
    {
        if (cache.Pod(key) is { } known && known.Uid == uid)
            return known;
        return await client.GetAsync(ResourceTypes.Pods, key, cancellationToken) is { } there && there.Metadata.Uid == uid ? PodReading.Read(there) : null;
    }

    /// <summary>Whether what made the pod is of ours, and for the run that the pod names.</summary>
    private (RunPod? Pod, Intake Refusal) Judge(RunPod pod)
    {
        if (!cache.Shows(pod.Namespace))
            return (null, new Intake(503, "the namespace cannot be watched now"));
        if (pod.OwnerUid is { } job ? cache.HasJob(pod.Namespace, job, pod.RunId) : pod.ReplicaSet is { } set && cache.HasStream(pod.Namespace, set, pod.RunId))
            return (pod, default);
        if (pod.OwnerUid is null && pod.ReplicaSet is null)
            return (null, new Intake(403, "neither a Job nor a Deployment made the pod"));

        // What made a pod that is going may have gone before it, or have been changed: a stream that is rolled on. Whoever is told to come again keeps its pod for as long.
        return (null, !pod.Deleting && pod.Created > time.GetUtcNow() - SeenWithin ? new Intake(503, "what made the pod was not seen yet") : new Intake(403, "what made the pod is not there"));
    }

    public void Dispose() => room.Dispose();
}
