using System.Text;
using LakehouseOperator.Cli.Tests.Processes;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Testing.Servers;

namespace LakehouseOperator.Cli.Tests.Runner;

/// <summary>Secrets as kubelet mounts them: what is missing is told by its name, what is there is told by nobody.</summary>
public sealed class PodSecretTests : IDisposable
{
    private const string Canary = "canary-5f1c9e";

    private readonly Pod pod = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => pod.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("other")]
    [InlineData("password=")]
    [InlineData("password=\n")]
    public async Task What_is_not_there_is_named_and_waits_for_somebody(string? content)
    {
        if (content is not null)
            Mount(content.Split('=')[0], content.Contains('=', StringComparison.Ordinal) ? content.Split('=', 2)[1] : "x");
        var ended = await pod.RunAsync(Redis("redis://127.0.0.1:1/0"), null);
        Assert.Equal((int)RunnerExit.SecretMissing, ended.ExitCode);
        var error = TerminationMessage.Read(pod.Termination()).Error!;
        Assert.Equal(("LH6020", "spec.source.redisStreams.credentialsSecretRef"), (error.Code, error.Field));
        Assert.Contains("secret \"shop\" has no value under \"password\"", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Canary)]
    [InlineData(Canary + "\n")]
    [InlineData(Canary + "\r\n")]
    public async Task A_line_end_is_no_part_of_a_password(string content)
    {
        await using var redis = await RedisServer.StartAsync(["--requirepass", Canary], cancellationToken: Token);
        Mount("password", content);
        var ended = await pod.RunAsync(Redis(redis.Url), null);
        Assert.True(ended.ExitCode == 0, ended.ToString());
    }

    [Fact]
    public async Task A_secret_of_a_megabyte_is_refused_by_the_server_and_shown_by_nobody()
    {
        await using var redis = await RedisServer.StartAsync(["--requirepass", "another"], cancellationToken: Token);
        var large = string.Concat(Enumerable.Repeat(Canary, (1 << 20) / Canary.Length));
        Mount("password", large);

        // Redis reads no such thing of whom it does not know, and hangs up.
        await RequireSilenceAsync(Redis(redis.Url), "LH3001");
    }

    [Fact]
    public async Task A_password_that_is_wrong_is_nowhere_to_be_read()
    {
        await using var redis = await RedisServer.StartAsync(["--requirepass", "another"], cancellationToken: Token);
        Mount("password", Canary);
        Mount("username", Canary + "-user");
        await RequireSilenceAsync(Redis(redis.Url), "LH3026");
    }

    [Fact]
    public async Task A_key_that_a_store_refuses_is_nowhere_to_be_read()
    {
        // Whoever answers quotes what the request was signed by, as some stores do.
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var answering = AnswerAsync(listener);
        Mount("accessKeyId", Canary + "-id", "store");
        Mount("secretAccessKey", Canary, "store");
        var endpoint = $"http://127.0.0.1:{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}";
        await RequireSilenceAsync(Probe(endpoint), "LH4011");
        listener.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => answering);
    }

    [Fact]
    public async Task In_a_pod_nothing_that_a_resource_names_leads_to_this_machine_and_the_field_is_named()
    {
        Mount("password", Canary);
        var ended = await pod.RunAsync(Redis("redis://localhost:6379/0"), null, "--pod");
        Assert.Equal((int)RunnerExit.Invalid, ended.ExitCode);
        Assert.Equal(("LH3032", "spec.source.redisStreams.url"), Error());

        Mount("accessKeyId", "a", "store");
        Mount("secretAccessKey", Canary, "store");
        ended = await pod.RunAsync(Probe("http://169.254.169.254"), null, "--pod");
        Assert.Equal((int)RunnerExit.Invalid, ended.ExitCode);
        Assert.Equal(("LH4017", "spec.storage.s3.endpoint"), Error());

        (string, string?) Error() => TerminationMessage.Read(pod.Termination()).Error is { } error ? (error.Code, error.Field) : default;
    }

    private async Task RequireSilenceAsync(RunPlan plan, string code)
    {
        await using var server = new ReportServer();
        var ended = await pod.RunAsync(plan, server.Url);
        var report = server.Posted.Single();
        Assert.Equal(code, ReportJson.Read(report.Body).Error!.Code);
        foreach (var text in new[] { ended.Out, ended.Error, pod.Termination(), report.Head, report.Body })
            Assert.DoesNotContain(Canary, text, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(pod.Scratch, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(Canary, await File.ReadAllTextAsync(file, Token), StringComparison.Ordinal);
    }

    private RunPlan Redis(string url) => PlanBuilder.Build(
        new IngestionResource(new Metadata("orders"), new IngestionSpec(
            new LakehouseRef("main"),
            new SourceSpec(RedisStreams: new RedisStreamsSourceSpec(url, new RedisCredentialsRef("shop"))),
            [new IngestedTableSpec("bronze.orders", [new ColumnSpec("id", "BIGINT")], From: "orders")])),
        [], drain: true, pod.Setting, Pod.Attempt);

    private RunPlan Probe(string endpoint)
    {
        var lakehouse = new LakehouseResource(new Metadata("main"), new LakehouseSpec(
            new StorageSpec(S3: new S3StorageSpec("lake", endpoint, CredentialsSecretRef: new S3CredentialsRef("store")))));
        var setting = pod.Setting with { Lakehouse = lakehouse, Layers = new Dictionary<string, string> { ["bronze"] = "s3://lake/bronze" } };
        return PlanBuilder.BuildProbe(lakehouse, takeOver: false, "uid", setting, Pod.Attempt);
    }

    /// <summary>As kubelet does it: the key is a link into a folder of this version of the Secret.</summary>
    private void Mount(string key, string value, string secret = "shop")
    {
        var folder = Path.Combine(pod.Secrets, secret);
        var version = Directory.CreateDirectory(Path.Combine(folder, "..2026_01_15"));
        if (!Path.Exists(Path.Combine(folder, "..data")))
            File.CreateSymbolicLink(Path.Combine(folder, "..data"), version.Name);
        File.WriteAllText(Path.Combine(version.FullName, key), value);
        File.Delete(Path.Combine(folder, key));
        File.CreateSymbolicLink(Path.Combine(folder, key), Path.Combine("..data", key));
    }

    private static async Task AnswerAsync(System.Net.Sockets.TcpListener listener)
    {
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync(Token);
            using var reader = new StreamReader(client.GetStream());
            var head = new StringBuilder();
            while (await reader.ReadLineAsync(Token) is { Length: > 0 } line)
                head.AppendLine(line);
            var body = $"<?xml version=\"1.0\"?><Error><Code>SignatureDoesNotMatch</Code><Message>{Canary}</Message><AWSAccessKeyId>{Canary}-id</AWSAccessKeyId><StringToSign>{System.Security.SecurityElement.Escape(head.ToString())}</StringToSign></Error>";
            await client.GetStream().WriteAsync(
                Encoding.UTF8.GetBytes($"HTTP/1.1 403 Forbidden\r\nContent-Type: application/xml\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}"), Token);
        }
    }
}
