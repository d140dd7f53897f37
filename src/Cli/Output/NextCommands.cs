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
        var where = request.LakeFolder is { } folder ? $" --lake {Quoted(folder)}" : string.Concat(request.Paths.Select(path => $" -f {Quoted(path)}"))
            + (request.Secrets is { } secrets ? $" --secrets {Quoted(secrets)}" : "");
        streams.Error.WriteLine();
        streams.Error.WriteLine("Try next:");
        var command = Quoted(Command());
        streams.Error.WriteLine($"  {command} query 'SELECT * FROM {table} LIMIT 10'{where}");
        streams.Error.WriteLine($"  {command} tables{where}");
        streams.Error.WriteLine($"  {command} history {table}{where}");
    }

    /// <summary>How this program can be called from here: by its name where PATH finds it, else by its path.</summary>
    private static string Command()
    {
        const string Name = "lakehouse";
        var self = Environment.ProcessPath;
        if (self is null || Path.GetFileName(self) != Name)
            return Name;
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        if (folders.Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, Name))))
            return Name;
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, self);
        return relative.StartsWith("..", StringComparison.Ordinal) ? self : relative;
    }

    private static string Quoted(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or '~' or '+' or ':') ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
