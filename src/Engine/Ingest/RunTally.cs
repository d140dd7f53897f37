using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Ingest;

/// <summary>What a run has done so far, over all of its tables, and whoever watches it. Thread-safe.</summary>
internal sealed class RunTally(ResourceId resource, IRunProgress progress, TimeProvider time)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);

    private long read;
    private long written;
    private int commits;
    private Diagnostic? firstError;

    /// <summary>Records of committed batches.</summary>
    public long Read => Volatile.Read(ref read);

    /// <summary>Rows of committed batches.</summary>
    public long Written => Volatile.Read(ref written);

    public int Commits => Volatile.Read(ref commits);

    /// <summary>Of what was noticed as an error without ending its table.</summary>
    public Diagnostic? FirstError => Volatile.Read(ref firstError);

    public void Stage(RunStage stage) => progress.Stage(resource, stage);

    public void Notice(Diagnostic diagnostic)
    {
        var here = diagnostic with { Resource = diagnostic.Resource ?? resource };
        if (here.Severity == DiagnosticSeverity.Error)
            Interlocked.CompareExchange(ref firstError, here, null);
        progress.Noticed(resource, here);
    }

    public void Committed(TableName table, long version, long rows, long records)
    {
        Interlocked.Add(ref written, rows);
        Interlocked.Increment(ref commits);
        progress.Rows(resource, Interlocked.Add(ref read, records));
        progress.Committed(resource, table, version, rows);
    }

    /// <summary>Tells of records in hand while they are read.</summary>
    public IDisposable Watch(Func<long> inHand) => time.CreateTimer(
        _ =>
        {
            var count = inHand();
            if (count > 0)
                progress.Rows(resource, Read + count);
        },
        null,
        Refresh,
        Refresh);
}
