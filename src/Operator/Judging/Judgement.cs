using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Operator.Judging;

/// <summary>What validation says of the resources of one namespace.</summary>
internal sealed class Judgement
{
    private readonly Dictionary<ResourceId, ParsedResource> parsed;
    private readonly ILookup<ResourceId, Diagnostic> errors;

    public Judgement(ParsedSet set, Catalogue catalogue)
    {
        Catalogue = catalogue;
        parsed = set.Resources.ToDictionary(resource => resource.Id);
        errors = catalogue.Diagnostics
            .Where(diagnostic => diagnostic is { Severity: DiagnosticSeverity.Error, Resource: not null })
            .ToLookup(diagnostic => diagnostic.Resource!);
    }

    public Catalogue Catalogue { get; }

    /// <summary>Everything was asked that there was to ask.</summary>
    public bool IsWhole => Catalogue.Unjudged.Count == 0;

    /// <summary>The spec, typed, right or wrong; null where it cannot be typed.</summary>
    public Resource? Find(ResourceId id) => parsed.GetValueOrDefault(id)?.Resource;

    /// <summary>Null where it is valid.</summary>
    public Fault? FaultOf(ResourceId id)
    {
        if (!Catalogue.Invalid.Contains(id))
            return null;
        var found = errors[id].ToList();
        var first = found.FirstOrDefault();
        if (first is null)
            return new Fault(Reason.Invalid, "its spec cannot be read", false);
        var isUnresolved = found.TrueForAll(static diagnostic => diagnostic.Code == DocumentCodes.UnknownLakehouse || diagnostic.Code == DocumentCodes.UnknownTable);
        var more = found.Count > 1 ? $" (and {found.Count - 1} more)" : "";
        return new Fault(ReasonOf(first.Code, id.Kind), $"{Describe(first)}{more}", isUnresolved);
    }

    public static string Describe(Diagnostic diagnostic) =>
        $"{diagnostic.Code.Id}: {(diagnostic.Field is { } field ? $"{field}: " : "")}{diagnostic.Message}{(diagnostic.Help is { Length: > 0 } help ? $"; {help}" : "")}";

    private static Reason ReasonOf(ErrorCode code, ResourceKind kind) => (code, kind) switch
    {
        (_, ResourceKind.Lakehouse or ResourceKind.Ingestion) => Reason.Invalid,
        ({ } sql, _) when sql.Id.StartsWith("LH2", StringComparison.Ordinal) => Reason.SqlInvalid,
        (_, ResourceKind.QualityCheck) => Reason.Invalid,
        _ when code == DocumentCodes.Cycle => Reason.Cycle,
        _ when code == DocumentCodes.TwoWriters => Reason.OutputConflict,
        _ => Reason.Invalid,
    };
}

/// <param name="IsUnresolved">It names what is not there: another resource's coming mends it, too, and so it is waited for.</param>
internal sealed record Fault(Reason Reason, string Message, bool IsUnresolved);
