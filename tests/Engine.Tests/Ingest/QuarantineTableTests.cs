using LakehouseOperator.Engine.Tests.Storage;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Engine.Tests.Ingest;

/// <summary>What the quarantine table owes its main table, when a process died between their commits or people moved one of them.</summary>
public sealed class QuarantineTableTests
{
    private const string Main = "bronze.files";
    private const string Side = "bronze.files__quarantine";

    [Fact]
    public async Task Quarantined_records_are_published_after_an_outage_of_any_length()
    {
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        using var house = await DiedBetweenTheCommitsAsync(time);
        Assert.Equal((4L, 0L), (await house.CountAsync(Main), await house.CountAsync(Side)));
        time.Advance(TimeSpan.FromDays(30));
        Assert.Null((await house.RunAsync(Plan(house), lake: house.OpenLake())).Error);
        Assert.Equal((4L, 1L), (await house.CountAsync(Main), await house.CountAsync(Side)));
    }

    [Fact]
    public async Task Quarantined_records_that_are_gone_are_told_of_once_and_stop_nobody()
    {
        using var house = await DiedBetweenTheCommitsAsync(new ManualTime(TimeProvider.System.GetUtcNow()));
        foreach (var file in Directory.EnumerateFiles(FolderOf(house, Side), "*.parquet"))
            File.Delete(file);
        var report = await house.RunAsync(Plan(house), lake: house.OpenLake());
        Assert.Equal(TableCodes.LogDamaged.Id, report.Error?.Code);
        Assert.Contains("1 quarantined records of batch 1 are gone", report.Error!.Message, StringComparison.Ordinal);
        Assert.Equal(RunResult.UpToDate, (await house.RunAsync(Plan(house), lake: house.OpenLake())).Result);
        FilesIngestionTests.Put(house, "b.json", "{\"id\":7}\nbad\n");
        Assert.Null((await house.RunAsync(Plan(house), lake: house.OpenLake())).Error);
        Assert.Equal((5L, 1L), (await house.CountAsync(Main), await house.CountAsync(Side)));
    }

    [Fact]
    public async Task A_quarantine_table_that_is_ahead_of_its_table_is_refused_and_not_passed_over()
    {
        using var house = new IngestionHouse();
        PutFile(house);
        Assert.Null((await house.RunAsync(Plan(house))).Error);
        Directory.Delete(FolderOf(house, Main), recursive: true);
        var report = await house.RunAsync(Plan(house), lake: house.OpenLake());
        Assert.Equal(SourceCodes.PositionMissing.Id, report.Error?.Code);
        Assert.Equal((0L, 1L), (await house.CountAsync(Main), await house.CountAsync(Side)));
        Directory.Delete(FolderOf(house, Side), recursive: true);
        Assert.Null((await house.RunAsync(Plan(house), lake: house.OpenLake())).Error);
        Assert.Equal((4L, 1L), (await house.CountAsync(Main), await house.CountAsync(Side)));
    }

    private static async Task<IngestionHouse> DiedBetweenTheCommitsAsync(TimeProvider time)
    {
        var plan = new FaultPlan(static (_, operation, key) =>
            operation == StoreOperation.PutIfAbsent && key.Contains("__quarantine/", StringComparison.Ordinal) ? Fault.KillBefore : Fault.None);
        var house = new IngestionHouse(time, store => new FaultyStore(store, plan));
        PutFile(house);
        Assert.NotNull((await house.RunAsync(Plan(house), lake: house.Lake)).Error);
        return house;
    }

    private static void PutFile(IngestionHouse house) =>
        FilesIngestionTests.Put(house, "a.json", "{\"id\":1}\n{\"id\":2}\nbad\n{\"id\":4}\n{\"id\":5}\n");

    private static RunPlan Plan(IngestionHouse house) => FilesIngestionTests.Plan(house, "json");

    private static string FolderOf(IngestionHouse house, string table) => new Uri(house.Lake.Table(TableName.Parse(table)).Store.Location).LocalPath;
}
