using LakehouseOperator.Engine.Ingest;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Sources;

/// <summary>
/// Names a source in position domains, <c>lakehouse.position/&lt;kind&gt;/&lt;id&gt;/&lt;partition&gt;</c>. It comes from the source itself (a seed, a folder, a
/// server's name), never from the resource that reads it: a resource that is created again, or on another cluster, goes on from the same position.
/// </summary>
/// <param name="Kind">The union member in lower case, such as <c>files</c>.</param>
/// <param name="Id">Any text; it is escaped where it becomes part of a domain.</param>
public sealed record SourceIdentity(string Kind, string Id);

/// <summary>
/// Where records come from, for one run: one connection, from which each table gets a stream of its own. A source kind is one folder with its
/// implementation and one line in <see cref="SourceCatalog"/>.
/// </summary>
/// <remarks>
/// Streams of one source are read at the same time, each by one caller. A source with one connection for all of them (Redis, a replication
/// slot) reads it in a loop of its own and hands the records to its streams over bounded channels, so that long blocking reads and
/// prefetching stay inside it.
/// </remarks>
public interface ISource : IAsyncDisposable
{
    SourceIdentity Identity { get; }

    /// <summary>Opens a stream where the table's positions say, or at its beginning where there are none.</summary>
    /// <exception cref="DiagnosticException">The source is out of reach, or no longer is what the positions were taken from (<see cref="SourceCodes.SourceRegressed"/>).</exception>
    ValueTask<ISourceStream> OpenAsync(StreamOpening opening, CancellationToken cancellationToken);
}

/// <param name="Table">What the stream becomes; its <c>from</c> names the stream.</param>
/// <param name="Positions">The source's position by partition, as JSON, from the table's log. Empty where the table has none.</param>
/// <param name="Ledger">What the source has entered into the table's ledger, by the entries' names.</param>
/// <param name="Drain">Whether the stream ends when there is nothing more up to now.</param>
/// <param name="Notice">Told what a person should know and what does not end the stream.</param>
public sealed record StreamOpening(
    IngestedTableSpec Table,
    IReadOnlyDictionary<string, string> Positions,
    IReadOnlyDictionary<string, string> Ledger,
    bool Drain,
    Action<Diagnostic> Notice);

/// <summary>
/// One table's records in the source's order. Not thread-safe: a batch is completed and acknowledged, or the stream is disposed of, before the next one is
/// asked for. What was read and not committed is read again by a stream opened later from the table's positions.
/// </summary>
public interface ISourceStream : IAsyncDisposable
{
    /// <summary>What <c>_source</c> says of the stream's records.</summary>
    string Name { get; }

    /// <summary>
    /// What comes after the last batch, within the bounds but at least one unit of the source (a record, a file). Waits for it; null when the stream is drained, or
    /// when <paramref name="stop"/> was cancelled while there was nothing.
    /// </summary>
    /// <param name="stop">Ends waiting and closes the batch in hand early. Never an error.</param>
    ValueTask<SourceBatch?> NextAsync(BatchBounds bounds, CancellationToken stop);

    /// <summary>Called after the batch's commit. It only informs the source: the table's position is the truth.</summary>
    ValueTask AcknowledgeAsync(BatchEnd committed, CancellationToken cancellationToken);

    /// <summary>How far the source is ahead of the last completed batch. Cheap; an estimate where the source has no better.</summary>
    SourceLag Lag();
}

/// <param name="MaxRows">Records, at least 1.</param>
/// <param name="MaxBytes">Bytes of payload, at least 1.</param>
/// <param name="MaxInterval">From the first record in hand.</param>
public sealed record BatchBounds(long MaxRows, long MaxBytes, TimeSpan MaxInterval);

/// <param name="Records">Not yet in the table; null where the source cannot say.</param>
/// <param name="Age">Age of the oldest of them; null where the source cannot say.</param>
public sealed record SourceLag(long? Records, TimeSpan? Age)
{
    public static readonly SourceLag None = new(0, TimeSpan.Zero);
}

/// <summary>Records that become one commit.</summary>
public abstract class SourceBatch : IAsyncDisposable
{
    public abstract BatchContent Content { get; }

    /// <summary>
    /// Asked once the content was read to its end: what the commit says of it. Null when the content proved void (a file changed under
    /// the reader): nothing of it may be committed, and the stream goes on with another batch.
    /// </summary>
    public abstract ValueTask<BatchEnd?> CompleteAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Asked when reading the content failed: true when the batch knows what of the source is to blame, has put it aside and said so, and the stream can go on.
    /// </summary>
    public virtual bool TryBlame(Exception failure) => false;

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

/// <param name="Positions">The new position of each partition that moved, as a JSON object; at least one.</param>
/// <param name="Records">How many records the content held, whether they fit or not.</param>
/// <param name="Ledger">
/// Entries to keep beside the positions, as JSON objects by name, of sources that come in pieces without an order (files): what one
/// number cannot say. Null: none.
/// </param>
public sealed record BatchEnd(IReadOnlyDictionary<string, string> Positions, long Records, IReadOnlyDictionary<string, string>? Ledger = null);

/// <summary>What a batch holds, by what has to be done to make rows of it.</summary>
public abstract record BatchContent
{
    private BatchContent()
    {
    }

    /// <summary>One JSON value a record.</summary>
    public sealed record JsonRecords(IRecordFeed Feed) : BatchContent;

    /// <summary>Records in columns, as text or typed.</summary>
    public sealed record ColumnarRecords(IColumnarFeed Feed) : BatchContent;
}
