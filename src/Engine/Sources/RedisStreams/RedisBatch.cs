using LakehouseOperator.Engine.Ingest;

namespace LakehouseOperator.Engine.Sources.RedisStreams;

/// <summary>A segment on its way into a commit; its chunks change places with those of whoever parses, so that no record is copied again.</summary>
internal sealed class RedisBatch(RedisTableStream stream, EntrySegment segment) : SourceBatch, IRecordFeed
{
    private int next = -1;
    private int released;

    public override BatchContent Content => new BatchContent.JsonRecords(this);

    public bool TryNext(RecordBatch batch)
    {
        var chunk = Interlocked.Increment(ref next);
        if (chunk >= segment.Chunks.Count)
            return false;
        batch.Exchange(segment.Chunks[chunk]);
        return true;
    }

    public override ValueTask<BatchEnd?> CompleteAsync(CancellationToken cancellationToken)
    {
        stream.Completed(segment.End);
        return ValueTask.FromResult<BatchEnd?>(new BatchEnd(
            new Dictionary<string, string>(StringComparer.Ordinal) { [stream.Key] = segment.End.ToJson() }, segment.Rows));
    }

    public override ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref released, 1) == 0)
            stream.Release(segment);
        return base.DisposeAsync();
    }
}
