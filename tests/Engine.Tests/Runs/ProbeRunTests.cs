using LakehouseOperator.Engine.Local;
using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.Secrets;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Engine.Storage.S3;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Tests.Storage.S3;
using LakehouseOperator.Engine.Tests.Tables;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using RunResult = LakehouseOperator.Pipelines.Reports.RunResult;

namespace LakehouseOperator.Engine.Tests.Runs;

/// <summary>What a Lakehouse's probe finds, store by store.</summary>
public sealed class ProbeRunTests(SharedS3 shared) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_folder_is_marked_and_its_tables_are_counted()
    {
        var bronze = new FolderStore(folder["bronze"], TimeProvider.System);
        var lake = Lake(bronze, new FolderStore(folder["silver"], TimeProvider.System));
        foreach (var name in new[] { "events", "events__quarantine" })
            await lake.Table(new TableName("bronze", name)).CommitAsync(TestTables.Append(null, TestTables.File("a")));
        var report = await ProbeAsync(lake);
        Assert.Equal((RunResult.Succeeded, new StorageReport(true, true, 2)), (report.Result, report.Storage));
        Assert.Contains("uid-1", System.Text.Encoding.UTF8.GetString((await bronze.GetAsync(LayerOwner.Key, Token))!), StringComparison.Ordinal);

        // Made again, in the same place: it goes on, and the mark says by whom.
        Assert.Equal(RunResult.Succeeded, (await ProbeAsync(lake, uid: "uid-2")).Result);
        Assert.Contains("uid-2", System.Text.Encoding.UTF8.GetString((await bronze.GetAsync(LayerOwner.Key, Token))!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layer_of_another_Lakehouse_is_refused_until_it_is_taken_over()
    {
        var lake = Lake(new FolderStore(folder["bronze"], TimeProvider.System), new FolderStore(folder["silver"], TimeProvider.System));
        Assert.Equal(RunResult.Succeeded, (await ProbeAsync(lake)).Result);
        var refused = await ProbeAsync(lake, "other");
        Assert.Equal(("LH4009", RunnerExit.Invalid, new StorageReport(true, true, 0)), (refused.Error!.Code, refused.Error.Exit, refused.Storage));
        Assert.Equal(RunResult.Succeeded, (await ProbeAsync(lake, "other", takeOver: true)).Result);
        Assert.Equal("LH4009", (await ProbeAsync(lake)).Error!.Code);
    }

    [Fact]
    public async Task A_bucket_is_tried_and_marked_layer_by_layer()
    {
        var server = await shared.ServerAsync();
        var location = shared.Location();
        using var connection = S3Stores.Connect(server.Endpoint, S3Stores.Keys(server));
        var report = await ProbeAsync(Lake(new S3Store(location + "/bronze", connection), new S3Store(location + "/silver", connection)));
        Assert.Equal((RunResult.Succeeded, new StorageReport(true, true, 0)), (report.Result, report.Storage));
        var left = await new S3Store(location, connection).ListAsync("", null, Token).Select(static entry => entry.Key).ToListAsync(Token);
        Assert.Equal(["bronze/_lakehouse/owner.json", "silver/_lakehouse/owner.json"], left);
    }

    [Fact]
    public async Task What_is_wrong_with_a_bucket_keeps_its_own_code()
    {
        var server = await shared.ServerAsync();
        var keys = S3Stores.Keys(server);
        await WrongAsync(server.Endpoint, keys, "s3://no-such-bucket-here/x", TableCodes.BucketMissing, new StorageReport(false, null, 0));
        await WrongAsync("http://127.0.0.1:1", keys, shared.Location(), TableCodes.StoreUnreachable, new StorageReport(false, null, 0));
        await WrongAsync(server.Endpoint, new MemorySecrets { ["accessKeyId"] = "who", ["secretAccessKey"] = "knows" }, shared.Location(), TableCodes.StoreCredentialsRefused, new StorageReport(false, null, 0));
        await WrongAsync(server.Endpoint, new MemorySecrets { ["accessKeyId"] = "who" }, shared.Location(), RunCodes.SecretMissing, new StorageReport(false, null, 0));
    }

    [Fact]
    public async Task A_store_that_ignores_conditions_can_be_reached_and_is_not_marked()
    {
        await using var forgetful = await ForgetfulStore.StartAsync();
        await WrongAsync(
            forgetful.Endpoint, new MemorySecrets { ["accessKeyId"] = "S3RVER", ["secretAccessKey"] = "S3RVER" }, $"s3://{ForgetfulStore.Bucket}/lake",
            TableCodes.ConditionalWritesUnsupported, new StorageReport(true, false, 0));
        Assert.Empty(forgetful.Files());
    }

    private static Lake Lake(IObjectStore bronze, IObjectStore silver) =>
        new(new Dictionary<string, IObjectStore>(StringComparer.Ordinal) { ["bronze"] = bronze, ["silver"] = silver }, TimeProvider.System);

    private async Task WrongAsync(string endpoint, ISecrets secrets, string location, ErrorCode code, StorageReport found)
    {
        using var connection = S3Stores.Connect(endpoint, secrets);
        var report = await ProbeAsync(Lake(new S3Store(location + "/bronze", connection), new S3Store(location + "/silver", connection)));
        Assert.Equal((RunResult.Failed, code.Id, code.Exit), (report.Result, report.Error?.Code, report.Error?.Exit));
        Assert.Equal(found, report.Storage);
    }

    private async Task<RunReport> ProbeAsync(Lake lake, string name = "main", bool takeOver = false, string uid = "uid-1")
    {
        using var scratch = ScratchRoot.Open(folder["scratch"]);
        var lakehouse = new LakehouseResource(new Metadata(name), new LakehouseSpec());
        var plan = PlanBuilder.BuildProbe(
            lakehouse, takeOver, uid, new PlanSetting(lakehouse, new Dictionary<string, string>(), 1L << 30, 1), new PlanAttempt("run-1", 1, new RunTrigger(TriggerKind.OnChange, "")));
        await using var workers = LocalWorkers.Open(TimeProvider.System, warm: false);
        return await PlanRunner.ExecuteAsync(plan, new RunContext(lake, workers, scratch, TimeProvider.System, NoProgress.Instance, NullLogger.Instance), Token);
    }
}
