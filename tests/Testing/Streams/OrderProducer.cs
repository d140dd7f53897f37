using System.Globalization;
using LakehouseOperator.Redis;
using LakehouseOperator.Redis.Streams;

namespace LakehouseOperator.Testing.Streams;

/// <summary>What a producer writes to one stream: JSON of about 200 bytes in the field <c>data</c>, a function of its index. Some of them are no orders.</summary>
/// <param name="PoisonEvery">One entry in so many does not fit: it is no JSON, or of another type, or lacks what is required, or has no field <c>data</c>, in turn.</param>
/// <param name="Days">Over which the orders are spread, from 2026-01-01 on.</param>
public sealed record Orders(int PoisonEvery, int Days)
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Statuses = ["placed", "accepted", "preparing", "delivered", "cancelled"];

    public bool IsPoison(long index) => index % PoisonEvery == PoisonEvery - 1;

    /// <summary>XADD of the entry with this index.</summary>
    public RedisCommand Entry(string key, long index)
    {
        var poison = IsPoison(index) ? index / PoisonEvery % 4 : -1;
        return StreamCommands.XAdd(key).Add(poison == 3 ? "other"u8 : "data"u8).Add(Json(index, poison));
    }

    private string Json(long index, long poison)
    {
        // The order of a day's events is not that of the stream: partitions are revisited, as late entries do.
        var placed = Start.AddDays(index / 5000 % Days).AddMilliseconds(index * 7919 % 86_400_000);
        return poison switch
        {
            0 => string.Create(CultureInfo.InvariantCulture, $"{{\"id\": {index}, not json"),
            1 => string.Create(CultureInfo.InvariantCulture, $"{{\"id\":\"x{index}\",\"user_id\":1,\"total\":\"1.00\",\"placed_at\":\"{placed:yyyy-MM-ddTHH:mm:ss.fffZ}\"}}"),
            2 => string.Create(CultureInfo.InvariantCulture, $"{{\"user_id\":{index},\"total\":\"1.00\"}}"),
            _ => string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"id\":{index},\"user_id\":{index * 31 % 100_000},\"restaurant_id\":{index % 500},\"status\":\"{Statuses[index % 5]}\",\"currency\":\"EUR\",\"total\":\"{index % 90 + 10}.{index % 100:00}\",\"placed_at\":\"{placed:yyyy-MM-ddTHH:mm:ss.fffZ}\",\"note\":\"leave it at the door, please\"}}"),
        };
    }
}

/// <summary>Writes orders to several streams in turn, pipelined, and knows how many it has written.</summary>
public sealed class OrderProducer(RedisConnection connection, IReadOnlyList<string> keys, Orders orders)
{
    private const int Batch = 600;

    /// <summary>Entries of each stream so far.</summary>
    public long Written { get; private set; }

    /// <summary>Writes so many more entries to each stream.</summary>
    public async Task WriteAsync(long entries, CancellationToken cancellationToken)
    {
        var end = Written + entries;
        var commands = new List<RedisCommand>(Batch + keys.Count);
        while (Written < end)
        {
            commands.Clear();
            while (Written < end && commands.Count < Batch)
            {
                foreach (var key in keys)
                    commands.Add(orders.Entry(key, Written));
                Written++;
            }

            foreach (var reply in await connection.SendAsync(commands, cancellationToken))
                reply.ThrowIfError();
        }
    }
}
