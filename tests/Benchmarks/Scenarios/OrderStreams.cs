using System.Globalization;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Redis;
using LakehouseOperator.Testing.Servers;
using LakehouseOperator.Testing.Streams;

namespace LakehouseOperator.Benchmarks.Scenarios;

/// <summary>A Redis of the benchmark's own with six streams of orders, of which one in a thousand is none.</summary>
internal sealed class OrderStreams : IAsyncDisposable
{
    public const int Streams = 6;
    private const int Days = 12;
    private const int PoisonEvery = 1000;

    private readonly RedisServer server;
    private readonly RedisConnection connection;

    private OrderStreams(RedisServer server, RedisConnection connection)
    {
        this.server = server;
        this.connection = connection;
        Producer = new OrderProducer(connection, Keys, new Orders(PoisonEvery, Days));
    }

    public static IReadOnlyList<string> Keys { get; } = [.. Enumerable.Range(0, Streams).Select(static stream => string.Create(CultureInfo.InvariantCulture, $"shop:orders{stream}"))];

    public static IReadOnlyList<ColumnSpec> Columns { get; } =
    [
        new("id", "BIGINT", Required: true),
        new("user_id", "BIGINT"),
        new("restaurant_id", "INTEGER"),
        new("status", "VARCHAR"),
        new("currency", "VARCHAR"),
        new("total", "DECIMAL(12,2)"),
        new("placed_at", "TIMESTAMPTZ", Required: true),
    ];

    public string Url => server.Url;

    public OrderProducer Producer { get; }

    /// <summary>Entries of all streams so far.</summary>
    public long Entries => Producer.Written * Streams;

    /// <summary>Those that fit.</summary>
    public long Rows => (Producer.Written - (Producer.Written / PoisonEvery)) * Streams;

    public static string Table(int stream) => string.Create(CultureInfo.InvariantCulture, $"bronze.orders{stream}");

    public static async Task<OrderStreams> StartAsync()
    {
        var server = await RedisServer.StartAsync();
        return new OrderStreams(server, await RedisConnection.ConnectAsync(RedisAddress.Parse(server.Url), null, RedisOptions.Default, TimeProvider.System, CancellationToken.None));
    }

    /// <summary>A group at the beginning of every stream, with nothing read and nothing pending.</summary>
    public async Task ResetGroupAsync(string group)
    {
        foreach (var key in Keys)
        {
            await connection.SendAsync([new RedisCommand("XGROUP").Add("DESTROY").Add(key).Add(group)], CancellationToken.None);
            await connection.CallAsync(new RedisCommand("XGROUP").Add("CREATE").Add(key).Add(group).Add("0").Add("MKSTREAM"), CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        await server.DisposeAsync();
    }
}
