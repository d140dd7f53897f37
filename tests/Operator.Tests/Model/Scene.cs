using System.Text.Json;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Judging;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Operator.Reports;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Statuses;
using Condition = LakehouseOperator.Pipelines.Statuses.Condition;

namespace LakehouseOperator.Operator.Tests.Model;

/// <summary>An operator over a model cluster: what it remembers dies with it.</summary>
internal sealed class Scene
{
    private NamespaceMemory memory = new();
    private NamespaceJudge judge;
    private ReportInbox inbox = new();

    public Scene()
    {
        Kubelet = new Kubelet(Cluster, Lake);
        judge = new NamespaceJudge(Judge, TimeProvider.System, 1 << 20);
    }

    public AwayJudge Judge { get; private set; } = new();

    public ModelCluster Cluster { get; } = new();

    public Lake Lake { get; } = new();

    public Kubelet Kubelet { get; }

    public RunnerSetting Runner { get; set; } = new("registry/runner:1", null, new Uri("http://operator.lakehouse:8082/v1/reports"));

    public ReportInbox Inbox => inbox;

    /// <summary>Asked before each write; throws where the operator dies.</summary>
    public Action<string> Dies { get; set; } = static _ => { };

    public Func<Act, Setback?>? Refuses { get; set; }

    /// <summary>When it wants to look again, by its last look.</summary>
    public DateTimeOffset? Again { get; private set; }

    public List<Note> Notes { get; } = [];

    public Remembered Memory(ResourceKind kind, string name) => memory.Of(Cluster.Items.Single(item => item.Id == new ResourceId(kind, name, ModelCluster.Namespace)));

    public void Restart()
    {
        memory = new NamespaceMemory();
        Judge = new AwayJudge { IsAway = Judge.IsAway };
        judge = new NamespaceJudge(Judge, TimeProvider.System, 1 << 20);
        inbox = new ReportInbox();
    }

    public IReadOnlyList<Intent> Decide()
    {
        var seen = Cluster.Observe(run => inbox.Find(ModelCluster.Namespace, run)) with { Arrivals = run => inbox.SenderOf(ModelCluster.Namespace, run)?.Arrived };
        var judgement = judge.JudgeAsync(ModelCluster.Namespace, seen.Items, TestContext.Current.CancellationToken).GetAwaiter().GetResult();
        return Deciding.All(seen, judgement, memory, Runner);
    }

    /// <summary>One look, with everything that it does.</summary>
    /// <returns>Whether anything was written.</returns>
    public bool Look()
    {
        var before = Cluster.Writes.Count;
        var intents = Decide();
        DateTimeOffset? refused = null;
        foreach (var intent in intents)
        {
            Assert.True(intent.Fault is null, intent.Fault?.ToString());
            refused = RunActs.Earliest(refused, Cluster.CarryOut(intent, memory.Of(intent.Item), Dies, Refuses));
            Notes.AddRange(intent.Notes);
        }

        var runs = Cluster.Jobs.Values.Select(job => job.Metadata.Labels![Labels.RunId]).Concat(Cluster.Deployments.Values.Select(one => one.Spec!.Template!.Metadata!.Labels![Labels.RunId])).ToHashSet(StringComparer.Ordinal);
        foreach (var run in inbox.RunsOf(ModelCluster.Namespace).Where(run => !runs.Contains(run)).ToList())
            inbox.Forget(ModelCluster.Namespace, run);
        Again = RunActs.Earliest([refused, .. intents.Select(intent => intent.Again).Where(at => at > Cluster.Now)]);
        return Cluster.Writes.Count > before;
    }

    /// <summary>Looks until nothing is written and nothing is waited for, and every run has ended well; a second at a time, or what is waited for.</summary>
    public void Settle(int most = 100)
    {
        var quiet = 0;
        for (var i = 0; i < most; i++)
        {
            var wrote = Look();
            Kubelet.Begin();
            Kubelet.Stream(Take);
            Kubelet.Finish(Take);
            Cluster.Now = Cluster.Now.AddSeconds(1);
            if (wrote || Cluster.Jobs.Count > 0 || Look())
            {
                quiet = 0;
                continue;
            }

            // Streams speak all the time, and are listened for once a minute; whatever is tried again comes within five.
            if (Again is not { } at || at - Cluster.Now > TimeSpan.FromMinutes(10) || ++quiet > 6)
                return;
            Cluster.Now = at;
            Kubelet.Stream(Take);
        }

        Assert.Fail($"it does not settle; the last writes: {string.Join("; ", Cluster.Writes.TakeLast(10))}");
    }

    /// <summary>A report that has just arrived.</summary>
    public void Take(Pipelines.Reports.RunReport report) => inbox.Take(report, new Sender(null, null, Cluster.Now));

    public void Pass(TimeSpan time) => Cluster.Now += time;

    public Condition Condition(ResourceKind kind, string name, string type = ConditionTypes.Ready)
    {
        using var status = JsonDocument.Parse(Cluster.Resources[(kind, name)].Status?.ToString() ?? "{}");
        var conditions = kind switch
        {
            ResourceKind.Lakehouse => Status(name, kind, StatusJson.Default.LakehouseStatus)?.Conditions,
            ResourceKind.Ingestion => Status(name, kind, StatusJson.Default.IngestionStatus)?.Conditions,
            ResourceKind.Transformation => Status(name, kind, StatusJson.Default.TransformationStatus)?.Conditions,
            _ => Status(name, kind, StatusJson.Default.QualityCheckStatus)?.Conditions,
        };
        return ConditionList.Find(conditions, type) ?? throw new InvalidOperationException($"{kind}/{name} has no condition {type}");
    }

    public string Ready(ResourceKind kind, string name) => Condition(kind, name) is var ready ? $"{ready.Status}/{ready.Reason}" : "";

    public TransformationStatus Transformation(string name) => Status(name, ResourceKind.Transformation, StatusJson.Default.TransformationStatus)!;

    public QualityCheckStatus Check(string name) => Status(name, ResourceKind.QualityCheck, StatusJson.Default.QualityCheckStatus)!;

    public IngestionStatus Ingestion(string name) => Status(name, ResourceKind.Ingestion, StatusJson.Default.IngestionStatus)!;

    public LakehouseStatus Lakehouse(string name) => Status(name, ResourceKind.Lakehouse, StatusJson.Default.LakehouseStatus)!;

    public Job JobOf(ResourceKind kind, string name) => Cluster.Jobs.Values.Single(job => job.Metadata.OwnerReferences![0].Uid == Cluster.Resources[(kind, name)].Metadata.Uid);

    public IEnumerable<Job> JobsOf(ResourceKind kind, string name) => Cluster.Jobs.Values.Where(job => job.Metadata.OwnerReferences![0].Uid == Cluster.Resources[(kind, name)].Metadata.Uid);

    private T? Status<T>(string name, ResourceKind kind, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class => Cluster.Resources[(kind, name)].Status is { } json ? StatusJson.TryRead(json.Utf8, type) : null;
}
