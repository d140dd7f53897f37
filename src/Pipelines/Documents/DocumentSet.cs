using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Pipelines.Documents;

/// <summary>
/// Files as a set of documents: YAML as kubectl reads it, lists unpacked, documents that come again merged over the earlier ones. The first stage of
/// <c>DocumentSet</c> → <c>ParsedSet</c> → <c>Catalogue</c>.
/// </summary>
/// <param name="Documents">Those of our group, one per kind, namespace and name, in the order of first appearance.</param>
/// <param name="Diagnostics">Errors, and notes on what was ignored.</param>
public sealed record DocumentSet(IReadOnlyList<Document> Documents, SecretSet Secrets, IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>Reads the files in the order given. Never throws for what is in them.</summary>
    public static DocumentSet Load(IReadOnlyList<(string File, string Text)> texts)
    {
        var diagnostics = new List<Diagnostic>();
        var intake = new DocumentIntake(diagnostics);
        foreach (var (file, text) in texts)
        {
            var source = new SourceText(file, text.StartsWith('\uFEFF') ? text[1..] : text);
            if (source.Text.Length > DocumentBounds.FileLength)
            {
                diagnostics.Add(new Diagnostic(
                    DocumentCodes.Bound, DiagnosticSeverity.Error, $"the file has {source.Text.Length} characters, more than {DocumentBounds.FileLength}", Place: new Place(file, 1, 1)));
                continue;
            }

            var before = diagnostics.Count;
            foreach (var chunk in YamlStream.Split(source))
            {
                var known = diagnostics.Count;
                var roots = YamlReader.Read(source, chunk, diagnostics);
                var flawed = diagnostics.Skip(known).Any(d => d.Severity == DiagnosticSeverity.Error);
                foreach (var root in roots)
                    intake.Take(root, flawed);
                if (diagnostics.Count - before > DocumentBounds.ErrorsPerFile)
                    break;
            }
        }

        return intake.Finish();
    }
}
