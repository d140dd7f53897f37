using System.Text;
using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Operator.Reports;

/// <summary>What becomes of a report that was sent: the status code of the answer, and why.</summary>
internal readonly record struct Intake(int Status, string? Reason = null);

/// <summary>
/// Takes reports by ADR 0008: the token names the pod, the report names the run, and the pod must be the one that was started for that run. Nobody else can tell of it: a token is good for this
/// audience alone, dies with its pod, and is asked of the API server.
/// </summary>
internal sealed class ReportIntake(KubernetesClient client, ClusterCache cache, ReportInbox inbox, Func<bool> isLeading, Action<string> changed)
{
    public const int MostBytes = 1 << 20;

    private const string PodName = "authentication.kubernetes.io/pod-name";
    private const string PodUid = "authentication.kubernetes.io/pod-uid";
    private const string Account = "system:serviceaccount:";

    /// <param name="body">At most <see cref="MostBytes"/>.</param>
    public async Task<Intake> TakeAsync(string? authorization, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (!isLeading())
            return new Intake(503, "not the leader");
        if (authorization is null || !authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || authorization["Bearer ".Length..].Trim() is not { Length: > 0 } token)
            return new Intake(401, "no bearer token");
        RunReport report;
        try
        {
            report = ReportJson.Read(Encoding.UTF8.GetString(body.Span));
        }
        catch (DiagnosticException e)
        {
            return new Intake(400, e.Message);
        }

        string pod;
        try
        {
            if (await PodOfAsync(token, cancellationToken) is not { } sender)
                return new Intake(401, "the token is not one of a pod, for this audience");
            if (sender.Namespace != report.Namespace)
                return new Intake(403, "the pod is of another namespace");
            var runId = cache.Pod(new ObjectKey(sender.Namespace, sender.Name)) is { } known && known.Uid == sender.Uid
                ? known.RunId
                : (await client.GetAsync(ResourceTypes.Pods, new ObjectKey(sender.Namespace, sender.Name), cancellationToken)) is { } there && there.Metadata.Uid == sender.Uid
                    ? there.Metadata.Labels?.GetValueOrDefault(Labels.RunId)
                    : null;
            if (runId != report.RunId)
                return new Intake(403, "the pod was not started for this run");
            pod = sender.Uid;
        }
        catch (KubernetesException e)
        {
            return new Intake(503, e.Message);
        }

        inbox.Take(report, pod);
        changed(report.Namespace);
        return new Intake(200);
    }

    private async Task<(string Namespace, string Name, string Uid)?> PodOfAsync(string token, CancellationToken cancellationToken)
    {
        var review = await client.CreateAsync(
            ResourceTypes.TokenReviews, new TokenReview { Spec = new TokenReviewSpec { Token = token, Audiences = [RunnerPod.Audience] } }, cancellationToken);
        if (review.Status is not { Authenticated: true, User: { Username: { } user, Extra: { } extra } } || review.Status.Audiences?.Contains(RunnerPod.Audience, StringComparer.Ordinal) != true
            || !user.StartsWith(Account, StringComparison.Ordinal) || !extra.TryGetValue(PodName, out var names) || !extra.TryGetValue(PodUid, out var uids) || names is not [var name] || uids is not [var uid])
        {
            return null;
        }

        return (user[Account.Length..].Split(':')[0], name, uid);
    }
}
