using System.CommandLine;

namespace LakehouseOperator.Cli.Commands;

/// <summary>Options that several commands share, spelled once.</summary>
internal static class Options
{
    /// <param name="severalAfterOne">Whether <c>-f A B</c> is two paths; not where an argument may follow.</param>
    public static Option<string[]> Paths(bool required, bool severalAfterOne) => new("--filename", "-f")
    {
        Description = "Files or folders of YAML documents.",
        HelpName = "PATH",
        Required = required,
        AllowMultipleArgumentsPerToken = severalAfterOne,
        Arity = ArgumentArity.OneOrMore,
    };

    public static Option<string?> Lake() => new("--lake")
    {
        Description = "Folder that holds the layers, DIR/<layer>; overrides what the Lakehouse says. Default: the Lakehouse's, else ./lake.",
        HelpName = "DIR",
    };

    public static Option<string?> Secrets() => new("--secrets") { Description = "Folder of secrets, DIR/<name>/<key>.", HelpName = "DIR" };

    /// <param name="formats">The first is the default.</param>
    public static Option<string> Output(params string[] formats)
    {
        var option = new Option<string>("--output", "-o")
        {
            Description = $"One of {string.Join(", ", formats)}.",
            HelpName = string.Join('|', formats),
            DefaultValueFactory = _ => formats[0],
        };
        option.AcceptOnlyFromAmong(formats);
        return option;
    }
}
