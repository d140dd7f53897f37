using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>What the rules found, in order, and which resources it makes invalid.</summary>
internal sealed class Findings
{
    private readonly List<Diagnostic> diagnostics = [];
    private readonly HashSet<ResourceId> invalid = [];

    public IReadOnlyList<Diagnostic> Diagnostics => diagnostics;

    public IReadOnlySet<ResourceId> Invalid => invalid;

    public void Condemn(ResourceId id) => invalid.Add(id);

    public void Error(ParsedResource resource, ErrorCode code, string field, string message, string? help = null) =>
        Add(new Diagnostic(code, DiagnosticSeverity.Error, message, resource.Id, field, resource.Document.PlaceOf(field), help));

    public void Warning(ParsedResource resource, ErrorCode code, string field, string message, string? help = null) =>
        Add(new Diagnostic(code, DiagnosticSeverity.Warning, message, resource.Id, field, resource.Document.PlaceOf(field), help));

    /// <summary>A problem inside an SQL text, at its own line and column where it has them.</summary>
    public void Sql(ParsedResource resource, string field, SqlProblem problem)
    {
        var inside = problem is { Line: not null, Column: not null };
        var place = inside ? resource.Document.PlaceIn(field, problem.Line!.Value, problem.Column!.Value) : resource.Document.PlaceOf(field);
        var position = inside ? $"{field}:{problem.Line}:{problem.Column}" : field;
        Add(new Diagnostic(problem.Code, DiagnosticSeverity.Error, problem.Message, resource.Id, position, place, problem.Help));
    }

    private void Add(Diagnostic diagnostic)
    {
        diagnostics.Add(diagnostic);
        if (diagnostic is { Severity: DiagnosticSeverity.Error, Resource: { } id })
            invalid.Add(id);
    }
}

/// <summary>The rules of one resource, bound to it so that a rule only names field and fault.</summary>
internal sealed record Subject(ParsedResource Resource, Findings Findings)
{
    public void Error(ErrorCode code, string field, string message, string? help = null) => Findings.Error(Resource, code, field, message, help);

    public void Warning(ErrorCode code, string field, string message, string? help = null) => Findings.Warning(Resource, code, field, message, help);
}
