using System.Text;
using LakehouseOperator.Redis.Streams;

namespace LakehouseOperator.Redis.Tests.Resp;

public sealed class AllocationTests
{
    /// <summary>The path that every event takes costs no memory per event.</summary>
    [Fact]
    public async Task Entries_are_read_without_an_allocation_for_each()
    {
        // Buffers come out of a pool that other tests use too: the least of a few times is ours.
        var (few, many) = (long.MaxValue, long.MaxValue);
        for (var round = 0; round < 5; round++)
            (few, many) = (Math.Min(few, await MeasureAsync(1000)), Math.Min(many, await MeasureAsync(201_000)));
        Assert.InRange(many - few, -200_000, 200_000);
    }

    private static async Task<long> MeasureAsync(int entries)
    {
        var answer = new StringBuilder($"%1\r\n$1\r\na\r\n*{entries}\r\n");
        for (var i = 0; i < entries; i++)
            answer.Append($"*2\r\n$10\r\n{1_000_000 + i}-12\r\n*2\r\n$4\r\ndata\r\n$50\r\n{new string('x', 50)}\r\n");
        var bytes = Encoding.ASCII.GetBytes(answer.ToString());
        await using var connection = Recorded.Connection(bytes.Chunk(50_000).ToList());
        var counting = new Counting();
        var request = new XReadRequest([new("a", default)], 1000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(entries, await connection.ReadStreamsAsync(request, counting, CancellationToken.None));
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(entries * 50L, counting.Bytes);
        return allocated;
    }

    private sealed class Counting : IStreamEntries
    {
        public long Bytes { get; private set; }

        public void OnEntry(in StreamEntry entry)
        {
            if (entry.TryGet("data"u8, out var value))
                Bytes += value.Length;
        }
    }
}
