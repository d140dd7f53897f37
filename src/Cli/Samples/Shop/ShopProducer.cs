using LakehouseOperator.Redis;
using LakehouseOperator.Redis.Streams;

namespace LakehouseOperator.Cli.Samples.Shop;

/// <summary>
/// Appends entries to the shop's streams, many at a time, the next ones being made while the last are on their way. What is counted was acknowledged. Nothing is sent
/// again: where an answer is missing, the entries may be there.
/// </summary>
internal sealed class ShopProducer(RedisConnection connection)
{
    private const int BatchEntries = 2_000;
    private const int BatchBytes = 1 << 20;

    private readonly ShopCount[] counts = new ShopCount[ShopStreams.Keys.Count];

    /// <summary>By stream, as of the last acknowledged batch.</summary>
    public IReadOnlyList<ShopCount> Counts => counts;

    public long Entries => counts.Sum(static count => count.Entries);

    /// <summary>Appends all of them. Ends early, with the batch in hand finished, when told to stop.</summary>
    /// <param name="acknowledged">Called after every batch.</param>
    /// <exception cref="RedisException">Of the connection, or the first error that the server answered with.</exception>
    public async Task AppendAsync(IEnumerable<ShopEntry> entries, Action acknowledged, CancellationToken stop)
    {
        var underWay = Task.CompletedTask;
        var batch = new Batch();
        using var next = entries.GetEnumerator();
        while (!stop.IsCancellationRequested && next.MoveNext())
        {
            batch.Add(next.Current);
            if (batch.Commands.Count < BatchEntries && batch.Bytes < BatchBytes)
                continue;
            await underWay.ConfigureAwait(false);
            acknowledged();
            underWay = SendAsync(batch);
            batch = new Batch();
        }

        await underWay.ConfigureAwait(false);
        if (!stop.IsCancellationRequested && batch.Commands.Count > 0)
            await SendAsync(batch).ConfigureAwait(false);
        acknowledged();
    }

    private async Task SendAsync(Batch batch)
    {
        // Not cancelled half-way: nobody would know what of it is there. The connection's own time-out bounds it.
        var answers = await connection.SendAsync(batch.Commands, CancellationToken.None).ConfigureAwait(false);
        RedisErrorException? first = null;
        for (var i = 0; i < answers.Count; i++)
        {
            if (answers[i].Error is { } error)
                first ??= error;
            else
                counts[(int)batch.Entries[i].Stream] = counts[(int)batch.Entries[i].Stream].With(batch.Entries[i]);
        }

        if (first is not null)
            throw first;
    }

    private sealed class Batch
    {
        public List<RedisCommand> Commands { get; } = [];

        public List<ShopEntry> Entries { get; } = [];

        public int Bytes { get; private set; }

        public void Add(ShopEntry entry)
        {
            Commands.Add(StreamCommands.XAdd(entry.Stream.Key()).Add(entry.Field).Add(entry.Payload));
            Entries.Add(entry);
            Bytes += entry.Payload.Length;
        }
    }
}
