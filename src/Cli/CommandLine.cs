using System.CommandLine;
using System.CommandLine.Help;
using LakehouseOperator.Cli.Commands;
using LakehouseOperator.Cli.Output;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Cli;

/// <summary>The commands, and what every one of them shares: usage errors exit 2, known errors are told with their code and fix.</summary>
internal static class CommandLine
{
    public static async Task<int> InvokeAsync(string[] args, Streams streams)
    {
        var root = Root(streams);
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
        {
            foreach (var error in parsed.Errors)
                streams.Error.WriteLine($"error {InputCodes.Usage.Id}: {error.Message}");
            streams.Error.WriteLine($"  help: see {Usage(parsed.CommandResult.Command)} --help");
            return ExitCode.Invalid;
        }

        // Signals are handled by the commands that have something to finish, and end the others as they end any process.
        var invocation = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = streams.Out, Error = streams.Error,
        };
        try
        {
            return await parsed.InvokeAsync(invocation);
        }
        catch (DiagnosticException e)
        {
            streams.Show(e.Diagnostic);
            return e.Diagnostic.Code.Exit == RunnerExit.Invalid || e.Diagnostic.Code.Exit == RunnerExit.Sql ? ExitCode.Invalid : ExitCode.Failed;
        }
    }

    private static RootCommand Root(Streams streams)
    {
        var root = new RootCommand("A lakehouse on one machine or in a cluster: sources to typed tables, SQL to checked gold tables.")
        {
            RunCommand.Create(streams),
            ValidateCommand.Create(streams),
            QueryCommand.Create(streams),
            TablesCommand.Create(streams),
            HistoryCommand.Create(streams),
            SampleCommand.Create(streams),
        };
        root.SetAction(parsed => new HelpAction().Invoke(parsed));
        return root;
    }

    private static string Usage(Command command) =>
        command is RootCommand ? "lakehouse" : command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{Usage(parent)} {command.Name}" : command.Name;
}
