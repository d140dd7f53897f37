using LakehouseOperator.Engine.Local;
using LakehouseOperator.Pipelines;

namespace LakehouseOperator.Cli.Output;

/// <summary>What a person may want to do next, with the names of this very run.</summary>
internal static class NextCommands
{
    public static void Write(Streams streams, LocalRequest request, LocalReport report)
    {
        if (report.Sample is not { } table)
            return;
        var where = request.LakeFolder is { } folder ? $" --lake {Quoted(folder)}" : string.Concat(request.Paths.Select(path => $" -f {Quoted(path)}"));
        streams.Error.WriteLine();
        streams.Error.WriteLine("Try next:");
        streams.Error.WriteLine($"  lakehouse query 'SELECT * FROM {table} LIMIT 10'{where}");
        streams.Error.WriteLine($"  lakehouse tables{where}");
        streams.Error.WriteLine($"  lakehouse history {table}{where}");
    }

    private static string Quoted(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or '~' or '+' or ':') ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
