using LakehouseOperator.Cli.Tests.Processes;
using LakehouseOperator.Redis;
using LakehouseOperator.Redis.Streams;
using LakehouseOperator.Testing.Servers;

namespace LakehouseOperator.Cli.Tests.Samples;

/// <summary>The producer as a process, against a Redis that asks for a password.</summary>
public sealed class GuardedRedis : IAsyncLifetime
{
    public const string Password = "open sesame";

    public RedisServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RedisServer.StartAsync(["--requirepass", Password]);

    public Task<RedisConnection> ConnectAsync(int database) => RedisConnection.ConnectAsync(
        RedisAddress.Parse(Server.Url) with { Database = database }, new RedisCredentials(null, Password), RedisOptions.Default, TimeProvider.System, CancellationToken.None);

    public string Url(int database) => $"redis://127.0.0.1:{Server.Port}/{database}";

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

public sealed class SampleShopTests(GuardedRedis redis) : IClassFixture<GuardedRedis>
{
    private static readonly Dictionary<string, string> WithPassword = new() { ["LAKEHOUSE_REDIS_PASSWORD"] = GuardedRedis.Password };

    [Fact]
    public async Task The_printed_counts_are_what_the_streams_hold_and_grow_by_with_every_seed()
    {
        var total = new Dictionary<string, long>();
        foreach (var seed in new[] { "1", "2" })
        {
            var ended = await Lakehouse.RunAsync(["sample", "shop", "--redis", redis.Url(1), "--orders", "700", "--seed", seed], WithPassword);
            Assert.True(ended.ExitCode == 0, ended.ToString());
            var streams = ended.Json().GetProperty("streams").EnumerateObject().ToList();
            Assert.Equal(
                ["shop:users", "shop:restaurants", "shop:locations", "shop:orders", "shop:order_items", "shop:order_status_changes"], streams.Select(static stream => stream.Name));
            Assert.All(streams, static stream =>
                Assert.Equal(["entries", "malformed", "duplicates", "distinct"], stream.Value.EnumerateObject().Select(static member => member.Name)));
            foreach (var stream in streams)
                total[stream.Name] = total.GetValueOrDefault(stream.Name) + stream.Value.GetProperty("entries").GetInt64();
        }

        await using var connection = await redis.ConnectAsync(1);
        foreach (var (key, entries) in total)
            Assert.Equal(entries, await connection.StreamLengthAsync(key, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_password_comes_from_a_file()
    {
        using var folder = new Folder();
        var file = folder.Write("password", GuardedRedis.Password + "\n");
        var ended = await Lakehouse.RunAsync("sample", "shop", "--redis", redis.Url(2), "--orders", "5", "--password-file", file);
        Assert.True(ended.ExitCode == 0, ended.ToString());
    }

    [Theory]
    [InlineData("redis://:hunter2@127.0.0.1:1", 2, "LH1207")]
    [InlineData("redis://user:hunter2@127.0.0.1", 2, "LH1207")]
    [InlineData("http://127.0.0.1", 2, "LH1207")]
    [InlineData("redis://127.0.0.1:1", 1, "LH1208")]
    public async Task A_server_that_cannot_be_used_is_told_without_its_password(string url, int exitCode, string code)
    {
        var ended = await Lakehouse.RunAsync("sample", "shop", "--redis", url);
        Assert.True(ended.ExitCode == exitCode, ended.ToString());
        Assert.Contains(code, ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", ended.ToString(), StringComparison.Ordinal);
        Assert.Empty(ended.Out);
    }

    [Fact]
    public async Task Missing_and_wrong_passwords_are_told_with_what_to_do()
    {
        var missing = await Lakehouse.RunAsync("sample", "shop", "--redis", redis.Url(3));
        Assert.True(missing.ExitCode == 1 && missing.Error.Contains("LH1209", StringComparison.Ordinal), missing.ToString());
        Assert.Contains("--password-file", missing.Error, StringComparison.Ordinal);
        var wrong = await Lakehouse.RunAsync(["sample", "shop", "--redis", redis.Url(3)], new Dictionary<string, string> { ["LAKEHOUSE_REDIS_PASSWORD"] = "hunter2" });
        Assert.True(wrong.ExitCode == 1 && wrong.Error.Contains("LH1209", StringComparison.Ordinal), wrong.ToString());
        Assert.DoesNotContain("hunter2", wrong.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_one_key_is_no_stream_nothing_is_written_to_any()
    {
        await using var connection = await redis.ConnectAsync(4);
        await connection.CallAsync(new RedisCommand("SET").Add("shop:order_status_changes").Add("x"), TestContext.Current.CancellationToken);
        var ended = await Lakehouse.RunAsync(["sample", "shop", "--redis", redis.Url(4), "--orders", "5"], WithPassword);
        Assert.True(ended.ExitCode == 1 && ended.Error.Contains("LH1209", StringComparison.Ordinal), ended.ToString());
        Assert.Equal("none", await connection.TypeAsync("shop:users", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("--orders", "0")]
    [InlineData("--orders", "many")]
    [InlineData("--seed", "-1")]
    [InlineData("--seed", "2147483648")]
    [InlineData("--until", "soon")]
    public async Task Options_out_of_bounds_are_usage_errors(string option, string value)
    {
        var ended = await Lakehouse.RunAsync("sample", "shop", "--redis", redis.Url(5), option, value);
        Assert.True(ended.ExitCode == 2, ended.ToString());
        Assert.Contains("lakehouse sample shop --help", ended.Error, StringComparison.Ordinal);
    }
}
