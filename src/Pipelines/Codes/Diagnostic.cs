namespace LakehouseOperator.Pipelines.Codes;

/// <summary>Whether a diagnostic stops what it speaks of.</summary>
public enum DiagnosticSeverity
{
    Note,
    Warning,
    Error,
}

/// <summary>A place in a text that a person wrote. Lines and columns count from 1, columns in UTF-16 units.</summary>
/// <param name="File">The path as it was given on the command line.</param>
/// <param name="SourceLine">The whole line, for display under the message.</param>
public sealed record Place(string File, int Line, int Column, string? SourceLine = null);

/// <summary>
/// One thing that is wrong, where, and the fix. Values out of data never appear in it unmasked and secrets never at all.
/// </summary>
/// <param name="Message">What is wrong, one sentence, lower case, no trailing stop.</param>
/// <param name="Resource">The resource that it concerns.</param>
/// <param name="Field">Path of the field in the document, such as <c>spec.tables[0].columns[2].type</c>; SQL positions follow as <c>spec.sql:3:3</c>.</param>
/// <param name="Help">The fix, such as <c>did you mean "status"?</c>.</param>
public sealed record Diagnostic(
    ErrorCode Code,
    DiagnosticSeverity Severity,
    string Message,
    ResourceId? Resource = null,
    string? Field = null,
    Place? Place = null,
    string? Help = null)
{
    /// <summary>Whatever a URL in it carried as user and password is starred.</summary>
    public string Message { get; init; } = Credentials.Mask(Message);
}

/// <summary>Ends the work in hand (one resource's run, one document) with a diagnostic; everything else goes on.</summary>
public sealed class DiagnosticException(Diagnostic diagnostic, Exception? inner = null)
    : Exception($"{diagnostic.Code.Id}: {diagnostic.Message}", inner)
{
    public Diagnostic Diagnostic { get; } = diagnostic;

    /// <summary>An error without a place; whoever knows the resource and field adds them with <see cref="In"/>.</summary>
    public DiagnosticException(ErrorCode code, string message, string? help = null, Exception? inner = null)
        : this(new Diagnostic(code, DiagnosticSeverity.Error, message, Help: help), inner)
    {
    }

    /// <summary>The same error with resource and field where it has none yet.</summary>
    public DiagnosticException In(ResourceId resource, string? field = null) => new(
        Diagnostic with { Resource = Diagnostic.Resource ?? resource, Field = Diagnostic.Field ?? field }, InnerException);
}
