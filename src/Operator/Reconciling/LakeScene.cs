using LakehouseOperator.Operator.Ingestions;
using LakehouseOperator.Operator.Judging;
using LakehouseOperator.Operator.Objects;
using LakehouseOperator.Operator.Runs;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>A resource with what belongs to it.</summary>
/// <param name="Spec">Typed, right or wrong; null where it cannot be.</param>
/// <param name="Fault">Null where it is valid.</param>
/// <param name="Setback">What the API server last refused about it.</param>
internal sealed record Member(ResourceItem Item, Resource? Spec, Fault? Fault, Observation Seen, Setback? Setback, Remembered Memory)
{
    public ResourceId Id => Item.Id;

    /// <summary>Its SQL, or that of a check that gates its table, could not be judged; see <see cref="Unjudged"/>.</summary>
    public bool IsUnjudged { get; init; }

    public IReadOnlyList<RunJob> Jobs => [.. Seen.Jobs[Item.Uid]];

    /// <param name="hash">Of its name.</param>
    public bool HasLakehouse(string hash) => Seen.Items.Any(item => item.Id.Kind == ResourceKind.Lakehouse && ChildNames.Hash(item.Id.Name) == hash);

    public StreamItem? Stream => Seen.Streams[Item.Uid].FirstOrDefault();

    public RunLedger Ledger(LastRunStatus? stored, IReadOnlyList<PastRunStatus>? history = null) => RunLedger.Of(stored, history, Jobs, Seen.Pods, ReportOf, Seen.Now);

    /// <summary>Of a Job that was deleted and made anew under the same name, the old one's Pod may still have had a word.</summary>
    private RunReport? ReportOf(string runId) =>
        Seen.Owners(runId) is { } owner && !Jobs.Any(job => job.RunId == runId && job.Uid == owner) ? null : Seen.Reports(runId);
}

/// <summary>What the operator keeps of a resource between two looks. All of it can be lost: it is found out again.</summary>
internal sealed class Remembered
{
    /// <summary>Most resources have no child that is applied.</summary>
    private Dictionary<string, (string Uid, long Generation, string Hash)>? applied;

    public DateTimeOffset? DueSince { get; set; }

    public DateTimeOffset? LastStatusWrite { get; set; }

    /// <summary>Generation of the child that was last applied, with what was applied: who else changed it moved the generation on.</summary>
    public Dictionary<string, (string Uid, long Generation, string Hash)> Applied => applied ??= new(StringComparer.Ordinal);

    public Setback? Setback { get; set; }

    /// <summary>When this process first looked at it: what it has not heard since then, nobody told.</summary>
    public DateTimeOffset? FirstSeen { get; set; }

    /// <summary>Writes in a row that somebody else's came before.</summary>
    public int Conflicts { get; set; }
}

/// <summary>The API server did not take what was sent for a resource. It is tried again after a while, and others go on.</summary>
/// <param name="Reason">Of the condition Ready.</param>
internal sealed record Setback(string Reason, string Message, int Count, DateTimeOffset Until, bool NamespaceGoing = false)
{
    /// <summary>The API server has answered, and said no; else it is not known what became of what was sent.</summary>
    public bool IsRefusal => Reason != "Pending";

    /// <summary>What is asked for makes no valid object: only a change of a spec helps, of this resource or of its Lakehouse.</summary>
    public const string Invalid = "Invalid";
}

/// <summary>One Lakehouse and everything that refers to it.</summary>
/// <param name="Lakehouse">Valid.</param>
/// <param name="NotReady">Why no run may be started now; null: the store was probed and is fine.</param>
internal sealed record LakeScene(Member Lakehouse, LakehouseSpec Spec, string? NotReady, IReadOnlyList<Member> Members, Judgement Judgement, RunnerSetting Runner, DateTimeOffset Now)
{
    /// <summary>What a run may use where nothing says.</summary>
    private const long DefaultMemory = 2L << 30;

    public string Name => Lakehouse.Id.Name;

    /// <summary>Of the whole namespace.</summary>
    public required StreamRolls Rolls { get; init; }

    /// <summary>Valid QualityChecks of this Lakehouse.</summary>
    public IReadOnlyList<QualityCheckResource> Checks { get; } =
        [.. Members.Where(member => member is { Fault: null, Item.Deleting: null }).Select(member => member.Spec).OfType<QualityCheckResource>()];

    /// <summary>The newest failure of a run after which the store was found to be fine.</summary>
    public DateTimeOffset? MendedSince { get; init; }

    /// <summary>As decisions see a last run: one that missed a Secret which is there again is begun anew, and has used up no attempt.</summary>
    public AttemptedRun? Attempted(RunLedger ledger) =>
        ledger.Last is { Exit: RunnerExit.SecretMissing } last && MendedSince is { } since && since.ToUnixTimeSeconds() >= last.CompletionTime.ToUnixTimeSeconds()
            ? ledger.Attempted! with { Exit = null }
            : ledger.Attempted;

    public PlanSetting Setting { get; } = SettingOf(Lakehouse, Spec);

    /// <summary>For runs of a resource whose pods may be other than the Lakehouse's.</summary>
    public PlanSetting SettingFor(RunnerSpec? own) => own?.Resources is { } resources ? Setting with { Threads = Threads(resources) } : Setting;

    /// <summary>Changes with whatever beside a resource's own spec goes into its pods.</summary>
    public string MadeWith { get; } = ChildNames.Hash(
        Lakehouse.Item.Uid, Lakehouse.Item.Generation.ToString(System.Globalization.CultureInfo.InvariantCulture), Runner.Image, Runner.ImagePullPolicy ?? "", Runner.ReportUrl.ToString());

    public PodDemands DemandsOf(RunnerSpec? own) => PodDemands.Of(Spec, own);

    public string? LocationOf(string table) =>
        TableName.TryParse(table, out var name) && Setting.Layers.TryGetValue(name.Layer, out var layer) ? $"{layer.TrimEnd('/')}/{name.Table}" : null;

    public static PlanSetting SettingOf(Member lakehouse, LakehouseSpec spec) => new(
        (LakehouseResource)lakehouse.Spec!, Layers.Of(spec).ToDictionary(layer => layer, layer => ClusterLocations.OfLayer(spec, layer), StringComparer.Ordinal), DefaultMemory, Threads(spec.Runner?.Resources));

    /// <summary>As many as the pod may use; on a node with more, threads would only wait for their share.</summary>
    private static int Threads(ResourcesSpec? resources) => resources?.Limits?.Cpu is { } cpu ? (int)Math.Clamp((cpu.Millicores + 999) / 1000, 1, 1024) : 4;
}
