using System.CommandLine;
using LakehouseOperator.Cli.Output;
using LakehouseOperator.Engine.Local;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Cli.Commands;

/// <summary><c>lakehouse tables</c>: every table of a lake at its newest version.</summary>
internal static class TablesCommand
{
    public static Command Create(Streams streams)
    {
        var lake = Options.Lake();
        var paths = Options.Paths(required: false, severalAfterOne: false);
        var secrets = Options.Secrets();
        var output = Options.Output("table", "json", "csv");
        var command = new Command("tables", "List the tables of a lake.") { lake, paths, secrets, output };
        command.SetAction((parsed, cancellation) => RunAsync(
            OpenedLake.Open(parsed.GetValue(lake), parsed.GetValue(paths) ?? [], parsed.GetValue(secrets)), parsed.GetValue(output)!, streams, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Lake lake, string format, Streams streams, CancellationToken cancellationToken)
    {
        var failed = false;
        var found = new List<TableLine>();
        await foreach (var table in LakeTables.FindAsync(lake, cancellationToken))
        {
            try
            {
                if (await table.ReadSnapshotAsync(null, cancellationToken) is { } snapshot)
                    found.Add(TableLine.Of(table, snapshot));
            }
            catch (DiagnosticException e)
            {
                // One damaged table keeps nobody from seeing the others.
                streams.Show(e.Diagnostic with { Message = $"{table.Name}: {e.Diagnostic.Message}" });
                failed = true;
            }
        }

        TableLine.Write(streams.Out, found, format);
        return failed ? ExitCode.Failed : ExitCode.Fine;
    }
}
