using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.Sources;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Ingest;

/// <summary>One stream on its way into one table, batch after batch.</summary>
internal sealed class TableIngestion(
    RunPlan plan, IngestedTableSpec table, ISource source, Lake lake, ISqlWorkerPool workers, IngestionDatabase database, RunScratch scratch, TimeProvider time, RunTally tally)
{
    private readonly TableName name = TableName.Parse(table.Name);
    private TableCommits? commits;
    private long rowsAdded;
    private volatile Moment? lastCommit;
    private volatile ISourceStream? open;
    private volatile SourceLag lag = new(null, null);
    private volatile Diagnostic? trouble;

    /// <summary>Whether the stream was read up to its end.</summary>
    public bool IsDrained { get; private set; }

    /// <summary>What keeps the stream from being read, while it is waited for to pass or for good; null while it is read.</summary>
    public Diagnostic? Trouble
    {
        get => trouble;
        set => trouble = value;
    }

    /// <summary>Ends when the stream is drained, or when <paramref name="stop"/> is cancelled and the commit in hand is done.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var ingestion = plan.Ingestion!;
        var shape = IngestedShape.Of(table);
        commits = new TableCommits(plan, shape, source.Identity, lake.Table(name), lake.Table(name.Quarantine), time);
        await commits.OpenAsync(tally.Notice, stop);
        var gate = await RowGate.OpenAsync(plan, name, shape, workers, stop);
        using var staging = new BatchStaging(database, table, shape, gate, plan, scratch, time);
        using var counting = tally.Watch(() => staging.RecordsInHand);
        var opening = new StreamOpening(table, commits.Positions(), commits.Ledger(), ingestion.Drain, diagnostic => tally.Notice(diagnostic));
        await using var stream = await source.OpenAsync(opening, stop);
        var bounds = new BatchBounds(Math.Max(1, ingestion.CommitRows), Math.Max(1, ingestion.CommitBytes), ingestion.CommitInterval);
        open = stream;
        trouble = null;
        tally.Stage(RunStage.Reading);
        while (!stop.IsCancellationRequested)
        {
            if (await stream.NextAsync(bounds, stop) is not { } batch)
            {
                IsDrained = !stop.IsCancellationRequested;
                break;
            }

            await using (batch)
                await TakeAsync(batch, stream, staging);
            tally.Stage(RunStage.Reading);
        }

        lag = stream.Lag();
        open = null;
    }

    /// <summary>As of now, from any thread; null where there is no table.</summary>
    public TableReport? Report() => Report((open?.Lag()) ?? lag);

    /// <summary>The quarantine table as of now; null where there is none.</summary>
    public InputVersion? Quarantine() => commits?.Side is { } side ? new InputVersion(name.Quarantine.ToString(), side.TableId, side.Version, side.DataVersion) : null;

    private TableReport? Report(SourceLag now) => commits?.Snapshot is not { } snapshot ? null : new TableReport(
        name.ToString(),
        snapshot.TableId,
        snapshot.Version,
        snapshot.DataVersion,
        snapshot.Rows,
        rowsAdded,
        commits.Side?.Rows ?? 0,
        lastCommit?.At ?? snapshot.Timestamp,
        Watermark.Read(snapshot)?.Max,
        now.Records,
        now.Age is { } age ? Math.Max(0, age.TotalSeconds) : null);

    /// <summary>From here on nothing looks at the stop: a batch that was begun is committed, and what cannot be is given up whole.</summary>
    private async Task TakeAsync(SourceBatch batch, ISourceStream stream, BatchStaging staging)
    {
        tally.Stage(RunStage.Staging);
        if (await StageAsync(batch, stream, staging) is not { } staged)
            return;
        using (staged)
        {
            if (await batch.CompleteAsync(CancellationToken.None) is not { } end)
                return;
            RequireWhole(staged, end);
            tally.Stage(RunStage.Committing);
            var result = await commits!.CommitAsync(staged, end, CancellationToken.None);
            lastCommit = new Moment(result.Snapshot.Timestamp);
            rowsAdded += staged.RowCount;
            tally.Committed(name, result.Version, staged.RowCount, end.Records);
            await stream.AcknowledgeAsync(end, CancellationToken.None);
        }
    }

    /// <summary>Null where the source has put aside what could not be read.</summary>
    private static async Task<StagedBatch?> StageAsync(SourceBatch batch, ISourceStream stream, BatchStaging staging)
    {
        try
        {
            return await staging.StageAsync(batch.Content, stream.Name);
        }
        catch (DuckDbException e) when (batch.TryBlame(e))
        {
            return null;
        }
    }

    /// <summary>The law of the counts, before every commit: what was read is in one of the two tables.</summary>
    private void RequireWhole(StagedBatch staged, BatchEnd end)
    {
        if (staged.RowCount + staged.QuarantinedCount != end.Records)
        {
            throw new DiagnosticException(
                BugCodes.Unhandled,
                $"{name}: {end.Records} records were read, {staged.RowCount} became rows and {staged.QuarantinedCount} were quarantined; nothing of them is committed",
                RunFailures.BugReport);
        }
    }

    /// <summary>An instant that is seen whole by other threads.</summary>
    private sealed record Moment(DateTimeOffset At);
}
