using System.Globalization;
using LakehouseOperator.Faults.Stores;
using LakehouseOperator.Faults.Tests.Worlds;
using LakehouseOperator.Redis;
using LakehouseOperator.Testing.Streams;

namespace LakehouseOperator.Faults.Tests.Streams;

/// <summary>Streams of a real Redis, and a lake on the disk that an Ingestion of ours fills from them.</summary>
internal sealed class StreamPlace : IAsyncDisposable
{
    /// <summary>One poisonous entry in nine, so that every kind comes soon and in every commit.</summary>
    private static readonly Orders Orders = new(PoisonEvery: 9, Days: 3);

    private readonly string folder = Directory.CreateTempSubdirectory("lakehouse-streams-").FullName;
    private readonly RedisConnection producing;
    private readonly RedisConnection asking;

    private StreamPlace(RedisConnection producing, RedisConnection asking, string prefix, int streams, int port, int rowsPerCommit)
    {
        (this.producing, this.asking) = (producing, asking);
        Keys = [.. Enumerable.Range(0, streams).Select(i => string.Create(CultureInfo.InvariantCulture, $"{prefix}orders{i}"))];
        Producer = new OrderProducer(producing, Keys, Orders);
        Point(port, rowsPerCommit);
    }

    public IReadOnlyList<string> Keys { get; }

    public OrderProducer Producer { get; }

    public string Lake => Path.Combine(folder, "lake");

    public string Scratch => Path.Combine(folder, "scratch");

    public string Documents => Path.Combine(folder, "pipeline.yaml");

    /// <param name="port">Where the Ingestion finds the server; the producer is not diverted.</param>
    public static async Task<StreamPlace> CreateAsync(string url, string prefix, int streams, int port, int rowsPerCommit) =>
        new(await ConnectAsync(url), await ConnectAsync(url), prefix, streams, port, rowsPerCommit);

    public static string Table(int stream) => string.Create(CultureInfo.InvariantCulture, $"bronze.orders{stream}");

    /// <summary>From here on the server is there for the Ingestion. The identity of the source stays.</summary>
    public void Point(int port, int rowsPerCommit) => File.WriteAllText(Documents, Yaml(port, rowsPerCommit));

    /// <param name="once">Drains and ends; else it streams until it is ended.</param>
    public ProgramProcess Start(bool once) => new(Documents, Lake, Scratch, once);

    /// <summary>Undisturbed, to the end of what the streams hold.</summary>
    public async Task FinishAsync()
    {
        using var process = Start(once: true);
        Assert.True(await process.EndAsync() == 0, process.Said);
    }

    /// <summary>One run in the harness's own process, with a store whose steps it counts, to its end or to the fault's.</summary>
    public Task<(int Exit, IReadOnlyList<string> Steps, string Said)> RunFaultyAsync(FaultPlan plan) => HarnessProcess.RunAsync(Documents, Lake, Scratch, null, plan);

    /// <exception cref="ViolationException">What the lake holds is not what the streams hold.</exception>
    public Task<StreamCounts> CheckAsync() => StreamOracle.CheckAsync(Lake, asking, Keys, Orders, complete: true);

    /// <summary>As <see cref="CheckAsync"/> at any moment: each stream's first entries up to some one, and nothing else.</summary>
    public Task<StreamCounts> CheckPrefixAsync() => StreamOracle.CheckAsync(Lake, asking, Keys, Orders, complete: false);

    public async ValueTask DisposeAsync()
    {
        await producing.DisposeAsync();
        await asking.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static Task<RedisConnection> ConnectAsync(string url) =>
        RedisConnection.ConnectAsync(RedisAddress.Parse(url), null, RedisOptions.Default, TimeProvider.System, CancellationToken.None);

    private string Yaml(int port, int rowsPerCommit) =>
        $$$"""
        apiVersion: lakehouse.dev/v1alpha1
        kind: Lakehouse
        metadata: {name: main}
        spec: {}
        ---
        apiVersion: lakehouse.dev/v1alpha1
        kind: Ingestion
        metadata: {name: shop}
        spec:
          lakehouseRef: {name: main}
          source:
            redisStreams:
              url: redis://127.0.0.1:{{{port}}}/0
              sourceId: shop
              group: lakehouse
              format: {json: {field: data}}
          commit: {maxInterval: 200ms, maxRows: {{{rowsPerCommit}}}}
          tables:

        """ + string.Concat(Keys.Select(static (key, stream) =>
        $$"""
          - name: {{Table(stream)}}
            from: '{{key}}'
            columns:
            - {name: id, type: BIGINT, required: true}
            - {name: total, type: 'DECIMAL(12,2)'}
            - {name: placed_at, type: TIMESTAMPTZ, required: true}
            partitionBy: [{column: placed_at, transform: Day, as: placed_date}]
            contract: {invalidValues: Quarantine}

        """));
}

/// <param name="Rows">In bronze.</param>
public sealed record StreamCounts(long Rows, long Quarantined);
