using LakehouseOperator.Engine.Secrets;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Local;

/// <summary>Documents off the disk, validated.</summary>
/// <param name="Resources">Every resource that was named, understood or not.</param>
/// <param name="Diagnostics">Of the paths, then of the documents.</param>
public sealed record LocalDocuments(Catalogue Catalogue, IReadOnlyList<ParsedResource> Resources, IReadOnlyList<Diagnostic> Diagnostics)
{
    public bool HasErrors => Diagnostics.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

    /// <param name="workers">Judge the SQL.</param>
    public static async Task<LocalDocuments> LoadAsync(IReadOnlyList<string> paths, ISqlWorkerPool workers, CancellationToken cancellationToken)
    {
        var (parsed, errors) = Parse(paths);
        var judge = new SqlJudge(workers);

        // Validation asks one question at a time; asked side by side before, the answers that hang on no other are at hand.
        await Parallel.ForEachAsync(
            parsed.Resources.Select(resource => resource.Resource).OfType<TransformationResource>(),
            new ParallelOptions { MaxDegreeOfParallelism = Machine.Cores, CancellationToken = cancellationToken },
            async (transformation, cancellation) => await judge.ReadAsync(transformation.Spec.Sql, cancellation));
        var catalogue = await Catalogue.BuildAsync(parsed, judge, cancellationToken);
        return new LocalDocuments(catalogue, parsed.Resources, [.. errors, .. catalogue.Diagnostics]);
    }

    /// <summary>Where in the documents an error of a run is to be mended, as far as it names a field.</summary>
    public Place? PlaceOf(ResourceId id, RunError error)
    {
        if (error.Field is not { } field || Resources.FirstOrDefault(resource => resource.Id == id)?.Document is not { } document)
            return null;
        return error is { Line: { } line } ? document.PlaceIn(field, line, error.Column ?? 1) : document.PlaceOf(field);
    }

    /// <summary>The lake of the one Lakehouse under the paths. Errors elsewhere in the documents do not matter for that.</summary>
    /// <param name="secretsFolder">Beside the <c>Secret</c> documents under the paths.</param>
    /// <exception cref="DiagnosticException">The paths yield no Lakehouse, or several, or one whose storage cannot be right.</exception>
    public static Lake OpenLake(IReadOnlyList<string> paths, string? secretsFolder, TimeProvider time)
    {
        if (secretsFolder is not null && !Directory.Exists(secretsFolder))
            throw new DiagnosticException(InputCodes.PathMissing, $"{secretsFolder}: no such folder", "--secrets takes a folder of DIR/<name>/<key> files");
        var (parsed, errors) = Parse(paths);
        if (errors.Count > 0)
            throw new DiagnosticException(errors[0]);
        var lakehouses = parsed.Resources.Select(resource => resource.Resource).OfType<LakehouseResource>().ToList();
        if (lakehouses.Count == 1)
        {
            var (spec, id) = (lakehouses[0].Spec, lakehouses[0].Id);
            if (Catalogue.Build(parsed).Diagnostics.FirstOrDefault(found => found.Severity == DiagnosticSeverity.Error && found.Resource == id) is { } problem)
                throw new DiagnosticException(problem);
            var secrets = new DocumentSecrets(parsed.Secrets, id.Namespace, secretsFolder is null ? null : new FolderSecrets(secretsFolder));
            return LakeLocations.Open(LakeLocations.Of(spec, null), LakeLocations.StoreOf(spec), secrets, time);
        }

        throw lakehouses.Count switch
        {
            0 => new DiagnosticException(InputCodes.NothingFound, $"no valid Lakehouse in {string.Join(", ", paths)}", "lakehouse validate says what is wrong; or name the folder with --lake"),
            _ => new DiagnosticException(
                InputCodes.NothingFound, $"{lakehouses.Count} Lakehouses: {string.Join(", ", lakehouses.Select(lakehouse => lakehouse.Metadata.Name))}", "name the one meant by its folder with --lake"),
        };
    }

    private static (ParsedSet Parsed, IReadOnlyList<Diagnostic> Errors) Parse(IReadOnlyList<string> paths)
    {
        var (texts, errors) = DocumentFiles.Read(paths);
        var parsed = ParsedSet.Parse(DocumentSet.Load(texts));
        if (errors.Count == 0 && parsed.Resources.Count == 0 && parsed.Diagnostics.All(diagnostic => diagnostic.Severity != DiagnosticSeverity.Error))
        {
            errors =
            [
                new Diagnostic(
                    InputCodes.NothingFound, DiagnosticSeverity.Error, $"no resource of {Document.Group} in {string.Join(", ", paths)}", Help: $"documents begin with apiVersion: {Document.ApiVersion}"),
            ];
        }

        return (parsed, errors);
    }
}
