using System.Globalization;
using System.Text.Json;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Tables.Positions;
using LakehouseOperator.Engine.Tests.Storage;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Tests.Ingest;

/// <summary>
/// Each record comes once, whatever ends a process and wherever: every operation on the store is the last one of some run, and a run after it must end with what an
/// undisturbed one ends with.
/// </summary>
public sealed class IngestionFaultTests
{
    private const int Files = 3;
    private static readonly string[] Good = [.. Enumerable.Range(0, Files).SelectMany(static file => Enumerable.Range(1, 5).Where(static line => line != 3).Select(line => $"{file}.json:{line}"))];
    private static readonly string[] Bad = [.. Enumerable.Range(0, Files).Select(static file => $"{file}.json:3")];

    [Theory]
    [InlineData(nameof(Fault.KillBefore))]
    [InlineData(nameof(Fault.KillAfter))]
    [InlineData(nameof(Fault.LoseRequest))]
    [InlineData(nameof(Fault.LoseReply))]
    public async Task A_run_after_a_fault_anywhere_ends_as_if_there_had_been_none(string fault)
    {
        var how = Enum.Parse<Fault>(fault);
        for (var number = 1; ; number++)
        {
            var at = number;
            var reached = 0;
            var plan = new FaultPlan((_, operation, _) =>
                (how is Fault.LoseRequest or Fault.LoseReply && operation != StoreOperation.PutIfAbsent) || Interlocked.Increment(ref reached) != at ? Fault.None : how);
            using var house = new IngestionHouse(wrap: store => new FaultyStore(store, plan));
            PutFiles(house);
            await house.RunAsync(Plan(house), lake: house.Lake);
            var reachedEnd = reached < number;
            await RequireCountsAgreeAsync(house, $"{fault} at operation {number}");

            var lake = house.OpenLake();
            var report = await house.RunAsync(Plan(house), lake: lake);
            Assert.True(report.Error is null, $"{fault} at operation {number}: {report.Error}");
            await RequireCompleteAsync(house, $"{fault} at operation {number}");
            if (reachedEnd)
                break;
        }
    }

    [Fact]
    public async Task Of_two_processes_one_is_fenced_and_nothing_comes_twice()
    {
        for (var number = 1; ; number++)
        {
            // The other process runs as a whole between two operations of the first, wherever that is.
            var at = number;
            var others = 0;
            IngestionHouse? house = null;
            var plan = new FaultPlan(static (_, _, _) => Fault.None);
            plan.Before = async (_, _) =>
            {
                if (plan.Count != at || Interlocked.Increment(ref others) > 1)
                    return;
                var report = await house!.RunAsync(Plan(house), lake: house.OpenLake());
                Assert.Null(report.Error);
            };
            using (house = new IngestionHouse(wrap: store => new FaultyStore(store, plan)))
            {
                PutFiles(house);
                var first = await house.RunAsync(Plan(house), lake: house.Lake);
                await RequireCompleteAsync(house, $"the other at operation {number}");
                Assert.True(first.Error is null || first.Error.Exit == RunnerExit.Fenced, $"the other at operation {number}: {first.Error}");
                Assert.True(first.Error is null || (await house.RunAsync(Plan(house), lake: house.OpenLake())).Result == RunResult.UpToDate);
            }

            if (plan.Count < number)
                break;
        }
    }

    [Fact]
    public async Task Processes_at_once_share_the_work_or_are_fenced()
    {
        using var house = new IngestionHouse();
        PutFiles(house);
        var lakes = Enumerable.Range(0, 4).Select(_ => house.OpenLake()).ToList();
        var reports = await Task.WhenAll(lakes.Select(lake => Task.Run(() => house.RunAsync(Plan(house), lake: lake))));
        Assert.All(reports, report => Assert.True(report.Error is null || report.Error.Exit == RunnerExit.Fenced, report.Error?.ToString()));
        Assert.Null((await house.RunAsync(Plan(house), lake: house.OpenLake())).Error);
        await RequireCompleteAsync(house, "four at once");
    }

    [Fact]
    public async Task A_batch_without_a_good_row_is_a_commit_all_the_same()
    {
        using var house = new IngestionHouse();
        FilesIngestionTests.Put(house, "a.json", "no\nno\n");
        var report = await house.RunAsync(Plan(house));
        Assert.Null(report.Error);
        var table = Assert.Single(report.Tables!);
        Assert.Equal((0L, 2L, 0L), (table.Rows!.Value, table.Quarantined, table.Version));
        Assert.Equal(RunResult.UpToDate, (await house.RunAsync(Plan(house), lake: house.OpenLake())).Result);
        FilesIngestionTests.Put(house, "b.json", "{\"id\":1}\n");
        Assert.Equal(1, (await house.RunAsync(Plan(house))).RowsWritten);
    }

    private static RunPlan Plan(IngestionHouse house) => FilesIngestionTests.Plan(house, "json", maxRows: 5);

    private static void PutFiles(IngestionHouse house)
    {
        for (var file = 0; file < Files; file++)
            FilesIngestionTests.Put(house, $"{file}.json", string.Concat(Enumerable.Range(1, 5).Select(line => line == 3 ? "bad\n" : $"{{\"id\":{file * 10 + line}}}\n")));
    }

    private static async Task RequireCompleteAsync(IngestionHouse house, string when)
    {
        Assert.Equal<IEnumerable<string>>([when, .. Good], [when, .. await PositionsAsync(house, "bronze.files", "_source_position")]);
        Assert.Equal<IEnumerable<string>>([when, .. Bad], [when, .. await PositionsAsync(house, "bronze.files__quarantine", "position")]);
        await RequireCountsAgreeAsync(house, when);
    }

    /// <summary>At the position that both tables have reached: read = committed + quarantined.</summary>
    private static async Task RequireCountsAgreeAsync(IngestionHouse house, string when)
    {
        var domain = new PositionDomain("files", house.Drop, "0");
        var main = await house.SnapshotAsync("bronze.files");
        var side = await house.SnapshotAsync("bronze.files__quarantine");
        var read = PositionRecord.Read(main, domain)?.Position.GetProperty("records").GetInt64() ?? 0;
        var pending = PendingSideRecord.Read(main) is { } named && named.Batch > (side?.Transactions.GetValueOrDefault(domain.Name) ?? 0) ? named.Files.Sum(file => file.Rows!.Value) : 0;
        Assert.True(read == (main?.Rows ?? 0) + (side?.Rows ?? 0) + pending, $"{when}: {read} read, {main?.Rows} committed, {side?.Rows} quarantined, {pending} pending");
    }

    private static async Task<string[]> PositionsAsync(IngestionHouse house, string table, string column) =>
        [.. (await house.QueryAsync(table, $"SELECT {column} FROM t ORDER BY 1")).Select(row => (string)row[0]!)];
}
