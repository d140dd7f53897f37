using System.Globalization;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Ingest.Parsing;
using LakehouseOperator.Engine.Ingest.Parsing.Columnar;
using LakehouseOperator.Engine.Ingest.Parsing.Quarantine;
using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.Sources;
using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Engine.Tables.Writing;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Ingest;

/// <summary>
/// Turns batches of one table into Parquet files: parsed in DuckDB's scan and written by its COPY, on the calling thread and DuckDB's own. A connection of its own on a
/// database that the tables of a run share. One batch at a time.
/// </summary>
internal sealed class BatchStaging : IDisposable
{
    private readonly DuckDbConnection connection;
    private readonly IngestionDatabase database;
    private readonly RecordTables records;
    private readonly RelationTables relations;
    private readonly RecordContract contract;
    private readonly IngestedShape shape;
    private readonly IngestedTableSpec table;
    private readonly RowGate? gate;
    private readonly RunPlan plan;
    private readonly RunScratch scratch;
    private readonly TimeProvider time;
    private RecordParse? parse;

    public BatchStaging(IngestionDatabase database, IngestedTableSpec table, IngestedShape shape, RowGate? gate, RunPlan plan, RunScratch scratch, TimeProvider time)
    {
        this.table = table;
        this.database = database;
        this.gate = gate;
        this.shape = shape;
        this.plan = plan;
        this.scratch = scratch;
        this.time = time;
        records = database.Records;
        relations = database.Relations;
        connection = database.Connect();
        contract = RecordContract.Compile(connection, table.Columns, table.Contract);
    }

    /// <summary>Records read so far of the batch in hand; from any thread.</summary>
    public long RecordsInHand => Volatile.Read(ref parse) is { } current ? current.Rows + current.Quarantined : 0;

    /// <summary>Reads the content to its end.</summary>
    /// <exception cref="DiagnosticException">The contract says to stop at a record that does not fit.</exception>
    /// <exception cref="DuckDbException">The source's feed failed, or writing did.</exception>
    public Task<StagedBatch> StageAsync(BatchContent content, string source) => database.StageAsync(() => StageNextAsync(content, source));

    private async Task<StagedBatch> StageNextAsync(BatchContent content, string source)
    {
        // Where a gate judges the rows, the worker has to see them.
        var folder = scratch.Folder(gate is null ? ScratchPart.Own : ScratchPart.In);
        var ingestedAt = new DateTimeOffset(time.GetUtcNow().UtcTicks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
        var staged = new StagedBatch([], [], ingestedAt, folder);
        try
        {
            staged = await OnThreadOfItsOwn(() => content switch
            {
                BatchContent.JsonRecords json => StageRecords(staged, json.Feed, source),
                BatchContent.ColumnarRecords columnar => StageColumns(staged, columnar.Feed, source),
                _ => throw new ArgumentException("no such content", nameof(content)),
            });
            if (gate is null || staged.Rows.Count == 0)
                return staged;
            var judged = scratch.Folder(ScratchPart.Out);
            try
            {
                var failed = await gate.JudgeAsync(staged.Rows, judged, CancellationToken.None);
                return await OnThreadOfItsOwn(() => Split(staged, failed, source));
            }
            finally
            {
                ClaimedFolder.TryRemove(judged);
            }
        }
        catch (DuckDbException e)
        {
            staged.Dispose();
            if (IngestionDatabase.LimitOf(e, scratch.Path) is { } limit)
                throw limit;
            throw;
        }
        catch
        {
            staged.Dispose();
            throw;
        }
    }

    public void Dispose() => connection.Dispose();

    private StagedBatch StageRecords(StagedBatch staged, IRecordFeed feed, string source)
    {
        using var pass = records.Open(contract, feed, new RecordParseOptions(staged.Folder, plan.Limits.Threads));
        Volatile.Write(ref parse, pass);
        try
        {
            var rows = Write(shape.Select(WithOrigin(pass.RowsSql, staged, source)), staged, "rows", Partitions);
            var quarantined = pass.Quarantined == 0
                ? []
                : Write(QuarantineShape.Select(WithOrigin(pass.QuarantineSql, staged, source)), staged, "quarantine", []);
            return staged with { Rows = rows, Quarantined = quarantined };
        }
        catch (DuckDbException) when (pass.Stopped is { } stopped)
        {
            throw Stopped(stopped.Diagnostic.Code.Id, stopped.Diagnostic.Message);
        }
        finally
        {
            Volatile.Write(ref parse, null);
        }
    }

    private StagedBatch StageColumns(StagedBatch staged, IColumnarFeed feed, string source)
    {
        using var pass = feed.Open(new ColumnarOpening(connection, relations, contract, staged.Folder));
        if (pass.Parts.Count == 0)
            return staged;
        var contracts = pass.Parts.Select(part => ColumnarContract.Build(contract, part.Relation, part.Columns, part.PositionSql, part.PayloadSql)).ToList();
        var rows = Write(shape.Select(WithOrigin(Union(contracts.Select(static part => part.RowsSql)), staged, source)), staged, "rows", Partitions);
        var unfit = pass.Records - pass.Faults - rows.Sum(static file => file.Rows);
        if (unfit == 0 && pass.Faults == 0)
            return staged with { Rows = rows };
        var refused = Union([$"SELECT * FROM {pass.FaultsSql}", .. unfit == 0 ? [] : contracts.Select(static part => part.QuarantineSql)]);
        if (contract.InvalidValues == InvalidValues.Stop)
            StopAtFirst(refused);
        return staged with { Rows = rows, Quarantined = Write(QuarantineShape.Select(WithOrigin(refused, staged, source)), staged, "quarantine", []) };
    }

    /// <summary>Rows that a gate has yet to judge are staged as they come; partitions are made of those that pass.</summary>
    private IReadOnlyList<string> Partitions => gate is null ? shape.Schema.PartitionColumns : [];

    private StagedBatch Split(StagedBatch staged, IReadOnlyList<StagedFile> failed, string source)
    {
        if (failed.Count == 0 && shape.Schema.PartitionColumns.Count == 0)
            return staged;
        if (failed.Count == 0)
        {
            var all = string.Join(", ", staged.Rows.Select(static file => SqlText.String(Glob.Escape(file.Path))));
            return staged with { Rows = Write($"SELECT * FROM read_parquet([{all}], hive_partitioning = false)", staged, "passed", shape.Schema.PartitionColumns) };
        }

        var (passed, refused) = gate!.Split(staged.Rows, failed, table.Columns);
        return staged with
        {
            Rows = Write(passed, staged, "passed", shape.Schema.PartitionColumns),
            Quarantined = [.. staged.Quarantined, .. Write(QuarantineShape.Select(WithOrigin(refused, staged, source)), staged, "refused", [])],
        };
    }

    /// <summary>DuckDB's calls block, and a feed may wait within them.</summary>
    private static Task<T> OnThreadOfItsOwn<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static string Folder(StagedBatch staged, string name)
    {
        var folder = Path.Combine(staged.Folder, name);
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <exception cref="DiagnosticException">A record does not fit, other than by a field too many, which has a rule of its own.</exception>
    private void StopAtFirst(string refused)
    {
        using var first = connection.Query(
            $"SELECT {QuarantineColumns.Position}, {QuarantineColumns.ErrorCode}, {QuarantineColumns.Message} FROM {refused} "
            + $"WHERE {QuarantineColumns.ErrorCode} <> {SqlText.String(RecordCodes.UnknownField.Id)} LIMIT 1");
        if (first.ReadRows() is [var row, ..])
        {
            throw Stopped((string)row[1]!, $"record {row[0]}: {row[2]}");
        }
    }

    private static DiagnosticException Stopped(string code, string message) => new(
        SourceCodes.ContractStopped, $"{message} ({code}); nothing of its batch is committed", "mend the record at its source, or let contract.invalidValues be Quarantine");

    private static string Union(IEnumerable<string> selects) => $"({string.Join("\nUNION ALL\n", selects)})";

    private IReadOnlyList<StagedFile> Write(string query, StagedBatch staged, string name, IReadOnlyList<string> partitions) =>
        ParquetWriter.Write(connection, query, new ParquetOutput(Folder(staged, name), partitions, plan.Lake.TargetFileSizeBytes), CancellationToken.None);

    /// <summary>The relation with what is the same for all of a commit.</summary>
    private static string WithOrigin(string relation, StagedBatch staged, string source)
    {
        var micros = (staged.IngestedAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"(SELECT *, make_timestamptz({micros}::BIGINT) AS {IngestedShape.IngestedAt}, {SqlText.String(source)} AS {IngestedShape.Source} FROM {relation})");
    }
}
