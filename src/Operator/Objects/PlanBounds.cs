using System.Globalization;
using System.Text;
using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Operator.Objects;

/// <summary>
/// What a run is made from has to fit into a ConfigMap, and what came of it into a status. What does not is told before anything is made: the API server would refuse it time and again, and
/// only an edit helps.
/// </summary>
internal static class PlanBounds
{
    /// <summary>A ConfigMap holds 1 MiB; cause and attempt of the run come on top.</summary>
    public const int MostBytes = 900_000;

    /// <summary>Inputs and gates that a status holds. Were some left out of it, what is committed would never look up to date.</summary>
    public const int MostNamed = 1000;

    /// <summary>Spelling may make text so much longer: line breaks and indents around each number, an escape for a quote. What is shorter than its share is not measured.</summary>
    private const int LongestSpelling = 10;

    private static readonly PlanAttempt Any = new("", 1, new RunTrigger(TriggerKind.OnChange, ""));

    public static Stall? Of(Member member, IngestionSpec spec, LakeScene lake) => Oversize(
        member, lake, spec.Tables.Select(table => table.Name).ToHashSet(StringComparer.Ordinal), "spec.tables", "declare fewer columns, or split the tables among several Ingestions",
        () => PlanBuilder.Build((IngestionResource)member.Spec!, lake.Checks, drain: false, lake.SettingFor(spec.Runner), Any));

    public static Stall? Of(Member member, TransformationSpec spec, IReadOnlyList<PlannedInput> inputs, int gates, LakeScene lake)
    {
        if (inputs.Count > MostNamed)
            return Stall("spec.sql", string.Create(CultureInfo.InvariantCulture, $"it reads {inputs.Count} tables, more than {MostNamed}"), "bring some of them together in a Transformation before it");
        return gates > MostNamed
            ? Stall("spec.table", string.Create(CultureInfo.InvariantCulture, $"{gates} QualityChecks gate it, more than {MostNamed}"), "put their checks into fewer QualityChecks")
            : Oversize(
                member, lake, [spec.Table], "spec.sql", "write shorter SQL, or bring part of it into a Transformation before it",
                () => PlanBuilder.Build((TransformationResource)member.Spec!, lake.Checks, inputs, lake.SettingFor(spec.Runner), Any));
    }

    public static Stall? Of(Member member, QualityCheckSpec spec, LakeScene lake) => Oversize(
        member, lake, [], "spec.checks", $"put some of its {spec.Checks.Count.ToString(CultureInfo.InvariantCulture)} checks into another QualityCheck",
        () => PlanBuilder.Build((QualityCheckResource)member.Spec!, null, lake.SettingFor(spec.Runner), Any));

    /// <param name="tables">Whose gates are part of the plan.</param>
    private static Stall? Oversize(Member member, LakeScene lake, HashSet<string> tables, string field, string help, Func<RunPlan> build)
    {
        var own = member.Item.Spec.Length;
        var gates = tables.Count == 0 ? [] : lake.Members
            .Where(other => other.Spec is QualityCheckResource { Spec: { Enforcement: Enforcement.Gate } gate } && tables.Contains(gate.Table))
            .Select(other => (other.Id, Bytes: other.Item.Spec.Length))
            .ToList();
        if ((own + gates.Sum(gate => (long)gate.Bytes)) * LongestSpelling <= MostBytes)
            return null;
        var size = Encoding.UTF8.GetByteCount(PlanJson.Write(build()));
        if (size <= MostBytes)
            return null;
        var what = string.Create(CultureInfo.InvariantCulture, $"the plan of its runs has {size} bytes, more than the {MostBytes} that fit into a ConfigMap");
        var largest = gates.OrderByDescending(gate => gate.Bytes).FirstOrDefault();
        return largest.Bytes > own
            ? Stall(field == "spec.tables" ? field : "spec.table", $"{what}; most of it are the checks of its gates", $"make {largest.Id} shorter, or a Report")
            : Stall(field, what, help);
    }

    private static Stall Stall(string field, string what, string help) => new(Reason.Invalid, $"{ClusterCodes.PlanTooLarge.Id}: {field}: {what}; {help}");
}
