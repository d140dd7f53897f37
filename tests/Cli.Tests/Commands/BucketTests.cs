using LakehouseOperator.Cli.Tests.Processes;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Testing.Servers;

namespace LakehouseOperator.Cli.Tests.Commands;

/// <summary>The same documents over a bucket: by <c>storage.s3</c>, with secrets as documents or files.</summary>
public sealed class BucketTests(SharedS3 shared) : IAsyncLifetime
{
    private const string WrongKey = "hunter2-hunter2";

    private readonly Folder folder = new();
    private readonly string place = shared.Location();
    private S3Server server = null!;

    public async ValueTask InitializeAsync() => server = await shared.ServerAsync();

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_pipeline_runs_in_a_bucket_and_is_asked_there()
    {
        var secrets = Secrets(server.SecretKey);
        string[] where = ["-f", folder.Write("pipeline.yaml", Documents.Good), "-f", folder.Write("lake.yaml", Lakehouse(server.Endpoint)), "--secrets", secrets];
        var ran = await Processes.Lakehouse.RunAsync(["run", .. where, "--once", "-o", "json"]);
        Assert.True(ran.ExitCode == 0, ran.ToString());
        Assert.Contains(ran.Json().GetProperty("resources").EnumerateArray(), static one => one.GetProperty("name").GetString() == "good" && one.GetProperty("rows").GetInt64() > 0);

        var tables = (await Processes.Lakehouse.RunAsync(["tables", .. where, "-o", "json"])).Json().EnumerateArray().ToDictionary(static one => one.GetProperty("table").GetString()!);
        Assert.Equal($"{place}/silver/good", tables["silver.good"].GetProperty("location").GetString());
        var counted = await Processes.Lakehouse.RunAsync(["query", "SELECT count(*) AS n FROM silver.good", .. where, "-o", "json"]);
        Assert.Equal(tables["silver.good"].GetProperty("rows").GetInt64(), counted.Json()[0].GetProperty("n").GetInt64());
        Assert.Single((await Processes.Lakehouse.RunAsync(["history", "silver.good", .. where, "-o", "json"])).Json().EnumerateArray());

        var again = await Processes.Lakehouse.RunAsync(["run", .. where, "--once"]);
        Assert.Equal(0, again.ExitCode);
        Assert.DoesNotContain(server.SecretKey, ran + again.ToString(), StringComparison.Ordinal);

        // The same documents on a folder: --lake counts more than storage, and needs no store.
        Assert.Equal(0, (await Processes.Lakehouse.RunAsync(["run", .. where, "--once", "--lake", folder.At("lake")])).ExitCode);
        Assert.True(Directory.Exists(folder.At("lake", "silver", "good", "_delta_log")));
    }

    [Fact]
    public async Task Secrets_may_be_documents()
    {
        var documents = $$"""
            {{Lakehouse(server.Endpoint)}}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: store}
            stringData: {accessKeyId: "{{server.AccessKey}}", secretAccessKey: "{{server.SecretKey}}"}
            """;
        string[] where = ["-f", folder.Write("pipeline.yaml", Documents.Good), "-f", folder.Write("lake.yaml", documents)];
        var ran = await Processes.Lakehouse.RunAsync(["run", .. where, "--once"]);
        Assert.True(ran.ExitCode == 0, ran.ToString());
        Assert.Equal(0, (await Processes.Lakehouse.RunAsync(["tables", .. where])).ExitCode);
    }

    [Fact]
    public async Task What_is_wrong_with_a_store_is_told_by_its_code()
    {
        await using var forgetful = await ForgetfulStore.StartAsync();
        var right = Secrets(server.SecretKey);
        await FailsAsync(TableCodes.StoreCredentialsRefused, Lakehouse(server.Endpoint), Secrets(WrongKey), 1);
        await FailsAsync(RunCodes.SecretMissing, Lakehouse(server.Endpoint), null, 1);
        await FailsAsync(TableCodes.BucketMissing, Lakehouse(server.Endpoint, "no-such-bucket-anywhere"), right, 1);
        await FailsAsync(TableCodes.StoreUnreachable, Lakehouse("http://127.0.0.1:9"), right, 1);
        await FailsAsync(TableCodes.ConditionalWritesUnsupported, Lakehouse(forgetful.Endpoint, ForgetfulStore.Bucket), Secrets("S3RVER", "S3RVER"), 1);
        Assert.Empty(forgetful.Files());
        await FailsAsync(DocumentCodes.InvalidLocation, Lakehouse($"http://admin:{WrongKey}@127.0.0.1:9"), right, 2);
    }

    [Fact]
    public async Task A_runner_opens_the_bucket_by_what_the_plan_names()
    {
        var secrets = Secrets(server.SecretKey);
        string[] where = ["-f", folder.Write("pipeline.yaml", Documents.Good), "-f", folder.Write("lake.yaml", Lakehouse(server.Endpoint)), "--secrets", secrets];
        Assert.Equal(0, (await Processes.Lakehouse.RunAsync(["run", .. where, "--once"])).ExitCode);
        var storage = new S3StorageSpec(shared.Bucket, server.Endpoint, CredentialsSecretRef: new S3CredentialsRef("store"));
        var layers = new[] { "bronze", "silver", "gold" }.ToDictionary(static layer => layer, layer => $"{place}/{layer}");
        var text = PlanJson.Write(PlanBuilder.Build(
            new TransformationResource(new Metadata("counted"), new TransformationSpec(new LakehouseRef("main"), "SELECT count(*) AS n FROM bronze.events", "gold.counted")),
            [],
            [new PlannedInput("bronze.events")],
            new PlanSetting(new LakehouseResource(new Metadata("main"), new LakehouseSpec(new StorageSpec(storage))), layers, 1L << 30, 1),
            new PlanAttempt("run-1", 1, new RunTrigger(TriggerKind.OnChange, "key"))));
        Assert.DoesNotContain(server.SecretKey, text, StringComparison.Ordinal);
        Assert.DoesNotContain(server.AccessKey, text, StringComparison.Ordinal);
        var plan = folder.Write("plan.json", text);

        var ran = await Processes.Lakehouse.RunnerAsync("run", "--plan", plan, "--secrets", secrets);
        Assert.True(ran.ExitCode == (int)RunnerExit.Done, ran.ToString());
        Assert.Equal((int)RunnerExit.SecretMissing, (await Processes.Lakehouse.RunnerAsync("run", "--plan", plan)).ExitCode);
        Assert.Equal((int)RunnerExit.Store, (await Processes.Lakehouse.RunnerAsync("run", "--plan", plan, "--secrets", Secrets(WrongKey))).ExitCode);
    }

    [Fact]
    public async Task Without_a_Secret_the_identity_of_the_environment_counts()
    {
        string[] where = ["-f", folder.Write("lake.yaml", Lakehouse(server.Endpoint).Replace(", credentialsSecretRef: {name: store}", "", StringComparison.Ordinal))];
        var identity = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["AWS_ACCESS_KEY_ID"] = server.AccessKey, ["AWS_SECRET_ACCESS_KEY"] = server.SecretKey, ["AWS_EC2_METADATA_DISABLED"] = "true", ["HOME"] = folder.Path,
        };
        var asked = await Processes.Lakehouse.RunAsync(["tables", .. where, "-o", "json"], identity);
        Assert.True(asked.ExitCode == 0, asked.ToString());

        identity["AWS_ACCESS_KEY_ID"] = identity["AWS_SECRET_ACCESS_KEY"] = "";
        var nobody = await Processes.Lakehouse.RunAsync(["tables", .. where, "-o", "json"], identity);
        Assert.Equal(1, nobody.ExitCode);
        Assert.Contains(TableCodes.CredentialsMissing.Id, nobody.Error, StringComparison.Ordinal);
    }

    private async Task FailsAsync(ErrorCode code, string lakehouse, string? secrets, int exit)
    {
        string[] where = ["-f", folder.Write("pipeline.yaml", Documents.Good), "-f", folder.Write("lake.yaml", lakehouse), .. secrets is null ? Array.Empty<string>() : ["--secrets", secrets]];
        var ran = await Processes.Lakehouse.RunAsync(["run", .. where, "--once"]);
        Assert.True(ran.ExitCode == exit, $"{code.Id}: {ran}");
        Assert.Contains(code.Id, ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(WrongKey, ran.ToString(), StringComparison.Ordinal);
        if (code == TableCodes.ConditionalWritesUnsupported)
            return; // who only reads does not need it
        var asked = await Processes.Lakehouse.RunAsync(["tables", .. where]);
        Assert.True(asked.ExitCode == exit, $"{code.Id}: {asked}");
        Assert.Contains(code.Id, asked.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(WrongKey, asked.ToString(), StringComparison.Ordinal);
    }

    private string Lakehouse(string endpoint, string? bucket = null) => $$$"""
        apiVersion: lakehouse.dev/v1alpha1
        kind: Lakehouse
        metadata: {name: main}
        spec:
          storage:
            s3: {bucket: {{{bucket ?? shared.Bucket}}}, endpoint: "{{{endpoint}}}", credentialsSecretRef: {name: store}}
          layers: {bronze: {location: {{{Place(bucket)}}}/bronze}, silver: {location: {{{Place(bucket)}}}/silver}, gold: {location: {{{Place(bucket)}}}/gold}}
        """;

    private string Place(string? bucket) => bucket is null ? place : $"s3://{bucket}/lake";

    private string Secrets(string secretKey, string? accessKey = null)
    {
        var name = Guid.NewGuid().ToString("N");
        folder.Write(Path.Combine(name, "store", "accessKeyId"), accessKey ?? server.AccessKey);
        folder.Write(Path.Combine(name, "store", "secretAccessKey"), secretKey + "\n");
        return folder.At(name);
    }
}
