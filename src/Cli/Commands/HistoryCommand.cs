using System.CommandLine;
using LakehouseOperator.Cli.Output;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Cli.Commands;

/// <summary><c>lakehouse history TABLE</c>: the versions of a table, newest first.</summary>
internal static class HistoryCommand
{
    public static Command Create(Streams streams)
    {
        var table = new Argument<string>("TABLE") { Description = "A table, layer.table." };
        var lake = Options.Lake();
        var paths = Options.Paths(required: false, severalAfterOne: false);
        var secrets = Options.Secrets();
        var output = Options.Output("table", "json", "csv");
        var command = new Command("history", "Show the versions of a table, newest first.") { table, lake, paths, secrets, output };
        command.SetAction((parsed, cancellation) => RunAsync(
            OpenedLake.Open(parsed.GetValue(lake), parsed.GetValue(paths) ?? [], parsed.GetValue(secrets)),
            parsed.GetRequiredValue(table),
            parsed.GetValue(output)!,
            streams,
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Lake lake, string name, string format, Streams streams, CancellationToken cancellationToken)
    {
        if (!TableName.TryParse(name, out var parsed))
            throw new DiagnosticException(InputCodes.UnknownTable, $"\"{name}\" is not the name of a table", "write layer.table, such as gold.daily_active_users");
        if (!lake.Layers.ContainsKey(parsed.Layer) || await lake.Table(parsed).ReadSnapshotAsync(null, cancellationToken) is null)
            throw await UnknownTables.ErrorAsync(lake, name, cancellationToken);
        var versions = new List<HistoryEntry>();
        await foreach (var entry in lake.Table(parsed).HistoryAsync(cancellationToken))
            versions.Add(entry);
        HistoryLines.Write(streams.Out, versions, format);
        return ExitCode.Fine;
    }
}
