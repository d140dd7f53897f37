using System.CommandLine;
using LakehouseOperator.Cli.Output;
using LakehouseOperator.Engine.Local;
using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Transforms;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Cli.Commands;

/// <summary><c>lakehouse query SQL</c>: one SELECT over a lake's tables, in the SQL worker like any other SQL.</summary>
internal static class QueryCommand
{
    /// <summary>What a terminal or a pipe is given at most; beyond that a table belongs into a Transformation.</summary>
    private const long MaxRows = 1_000_000;
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    public static Command Create(Streams streams)
    {
        var sql = new Argument<string>("SQL") { Description = "One SELECT over tables written layer.table." };
        var lake = Options.Lake();
        var paths = Options.Paths(required: false, severalAfterOne: false);
        var secrets = Options.Secrets();
        var output = Options.Output("table", "json", "csv");
        var command = new Command("query", "Ask one SELECT of the tables of a lake.") { sql, lake, paths, secrets, output };
        command.SetAction(async (parsed, _) =>
        {
            var opened = OpenedLake.Open(parsed.GetValue(lake), parsed.GetValue(paths) ?? [], parsed.GetValue(secrets));
            using var signals = new Signals(TimeProvider.System);
            try
            {
                return await RunAsync(opened, parsed.GetRequiredValue(sql), Enum.Parse<RowsFormat>(parsed.GetValue(output)!, ignoreCase: true), streams, signals.Stop);
            }
            catch (SqlWorkerGoneException gone)
            {
                throw new DiagnosticException(RunFailures.DiagnosticOf(gone));
            }
            catch (OperationCanceledException) when (signals.ExitCode is { } interrupted)
            {
                return interrupted;
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(Lake lake, string sql, RowsFormat format, Streams streams, CancellationToken cancellationToken)
    {
        await using var workers = LocalWorkers.Open(TimeProvider.System);
        using var root = ScratchRoot.Open();
        using var scratch = root.ForRun();
        var worker = await workers.RentAsync(cancellationToken);
        await using (worker)
        {
            var parsed = await worker.ParseAsync(sql, cancellationToken);
            if (parsed.Error is { } refused)
                throw At(sql, refused);
            var budget = new RunScratchBudget(scratch.Folder(ScratchPart.In), Pipelines.Plans.Defaults.ScratchBytes);
            var inputs = await InputPruning.PruneAsync(worker, sql, await ResolveAsync(lake, sql, parsed.Inputs, cancellationToken), cancellationToken);
            var tables = await TableStaging.StageAsync(inputs, budget, cancellationToken);
            var limits = new SqlLimits(Longest, Machine.MemoryOfOne(1), Pipelines.Plans.Defaults.ScratchBytes, Machine.Cores);
            var rows = await worker.QueryAsync(sql, tables, limits, MaxRows, cancellationToken);
            if (rows.Error is { } failed)
                throw At(sql, failed);
            RowsWriter.Write(streams.Out, rows, format);
            if (rows.Truncated)
                streams.Warn($"only the first {Cells.Number(rows.Rows.Count)} rows are shown; add a LIMIT, or make a table of it with a Transformation");
            return ExitCode.Fine;
        }
    }

    private static async Task<IReadOnlyList<PinnedTable>> ResolveAsync(Lake lake, string sql, IReadOnlyList<SqlReference> inputs, CancellationToken cancellationToken)
    {
        var tables = new List<PinnedTable>();
        foreach (var input in inputs)
        {
            if (!TableName.TryParse(input.Table, out var name) || !lake.Layers.ContainsKey(name.Layer)
                || await lake.Table(name).ReadSnapshotAsync(input.PinnedVersion, cancellationToken) is not { } snapshot)
            {
                throw await UnknownTables.ErrorAsync(lake, input.Table, cancellationToken, Find(sql, input.Table));
            }

            tables.Add(new PinnedTable(lake.Table(name), snapshot, input.PinnedVersion));
        }

        return tables;
    }

    private static DiagnosticException At(string sql, SqlError error)
    {
        var described = SqlFailure.Describe(error);
        return new DiagnosticException(described with { Field = null, Place = error.Line is { } line ? Place(sql, line, error.Column ?? 1) : null });
    }

    /// <summary>Where the name stands in the text; good enough for a caret, and none where it was written otherwise.</summary>
    private static Place? Find(string sql, string name)
    {
        var at = sql.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return null;
        var line = sql.AsSpan(0, at).Count('\n') + 1;
        return Place(sql, line, at - (at == 0 ? -1 : sql.LastIndexOf('\n', at - 1)));
    }

    private static Place Place(string sql, int line, int column) =>
        new("SQL", line, column, sql.Split('\n').ElementAtOrDefault(line - 1)?.TrimEnd('\r'));
}
