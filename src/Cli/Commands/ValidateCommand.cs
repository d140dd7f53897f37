using System.CommandLine;
using LakehouseOperator.Cli.Output;
using LakehouseOperator.Engine.Local;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Cli.Commands;

/// <summary><c>lakehouse validate</c>: everything that can be known without a lake and without a source.</summary>
internal static class ValidateCommand
{
    public static Command Create(Streams streams)
    {
        var paths = Options.Paths(required: true, severalAfterOne: true);
        var command = new Command("validate", "Check documents offline: fields, references, cycles, and SQL against declared columns.") { paths };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetRequiredValue(paths), streams, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<string> paths, Streams streams, CancellationToken cancellationToken)
    {
        await using var workers = LocalWorkers.Open(TimeProvider.System);
        var documents = await LocalDocuments.LoadAsync(paths, workers, cancellationToken);
        foreach (var diagnostic in documents.Diagnostics)
            streams.Show(diagnostic);
        var errors = documents.Diagnostics.Count(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        var warnings = documents.Diagnostics.Count(diagnostic => diagnostic.Severity == DiagnosticSeverity.Warning);
        if (documents.Resources.Count > 0)
            streams.Out.WriteLine($"{Counts(documents)}: {Plural(errors, "error")}, {Plural(warnings, "warning")}");
        return errors > 0 ? ExitCode.Invalid : ExitCode.Fine;
    }

    private static string Counts(LocalDocuments documents)
    {
        var counts = Enum.GetValues<ResourceKind>()
            .Select(kind => (Kind: kind, Count: documents.Resources.Count(resource => resource.Id.Kind == kind)))
            .Where(counted => counted.Count > 0)
            .Select(counted => Plural(counted.Count, counted.Kind.ToString()));
        return string.Join(", ", counts);
    }

    private static string Plural(int count, string word) => count == 1 ? $"1 {word}" : $"{count} {word}s";
}
