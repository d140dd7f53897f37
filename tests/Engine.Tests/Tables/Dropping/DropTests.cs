using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Engine.Storage.S3;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Tables.Checkpoints;
using LakehouseOperator.Engine.Tables.Dropping;
using LakehouseOperator.Engine.Tables.Log;
using LakehouseOperator.Engine.Tests.Storage;
using LakehouseOperator.Engine.Tests.Storage.S3;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Testing;
using LakehouseOperator.Testing.Servers;

namespace LakehouseOperator.Engine.Tests.Tables.Dropping;

/// <summary>A table's end: whoever is interrupted where, whoever reads and whoever writes meanwhile.</summary>
public sealed class DropTests(SharedS3 shared) : IDisposable
{
    private const string Owner = "default/events";
    private static readonly ResourceId Events = new(ResourceKind.Ingestion, "events", "default");
    private static readonly CheckpointRule EveryThird = new(3, 3, 1);

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Killed_at_any_step_it_is_whole_or_none_and_the_next_run_ends_it()
    {
        await FillAsync(Store("template"));
        var steps = 0;
        for (var number = 1; ; number++)
        {
            var isKilled = false;
            foreach (var how in new[] { Fault.KillBefore, Fault.KillAfter })
            {
                var place = $"{number}-{how}";
                CopyTemplate(place);
                try
                {
                    await Drop(new FaultyStore(Store(place), FaultPlan.KillAt(number, how))).RunAsync(Token);
                }
                catch (KilledException)
                {
                    isKilled = true;
                }

                await RequireWholeOrNoneAsync(Store(place), place);
                await Drop(Store(place)).RunAsync(Token);
                Assert.Equal(["notes.txt", "part-of-something.parquet"], Left(place));
                Assert.Equal(DropOutcome.NotThere, await Drop(Store(place)).RunAsync(Token));
            }

            if (!isKilled)
                break;
            steps = number;
        }

        Assert.True(steps > 15, $"only {steps} steps");
    }

    [Fact]
    public async Task Nothing_is_left_of_a_table_that_lies_alone()
    {
        var store = Store("alone");
        await FillAsync(store);
        foreach (var other in new[] { "notes.txt", "part-of-something.parquet" })
            await store.DeleteAsync(other, Token);
        await File.WriteAllTextAsync(Path.Combine(folder["alone"], "_delta_log", ".lakehouse-0123.tmp"), "a killed put", Token);
        Assert.Equal(DropOutcome.Dropped, await Drop(store).RunAsync(Token));
        Assert.False(Directory.Exists(folder["alone"]));
    }

    [Fact]
    public async Task In_a_bucket_it_goes_as_well()
    {
        var server = await shared.ServerAsync();
        using var connection = S3Stores.Connect(server.Endpoint, S3Stores.Keys(server));
        var store = new S3Store(shared.Location(), connection);
        await FillAsync(store);
        Assert.Equal(DropOutcome.Dropped, await Drop(store).RunAsync(Token));
        Assert.Equal(["notes.txt", "part-of-something.parquet"], await store.ListAsync("", null, Token).Select(static entry => entry.Key).ToListAsync(Token));
    }

    [Fact]
    public async Task A_table_of_another_resource_is_not_touched()
    {
        var store = Store("theirs");
        await FillAsync(store);
        var before = Left("theirs");
        var drop = new TableDrop(Table(store), Events with { Name = "others" }, ("r", "p"), TimeProvider.System, TimeSpan.Zero);
        Assert.Equal(DropOutcome.NotOurs, await drop.RunAsync(Token));
        Assert.Equal(Owner, drop.Owner);
        Assert.Equal(before, Left("theirs"));
    }

    [Fact]
    public async Task A_log_that_is_half_removed_is_no_table_to_any_reader()
    {
        var store = Store("half");
        await FillAsync(store);
        var versions = Directory.EnumerateFiles(Path.Combine(folder["half"], "_delta_log")).Select(Path.GetFileName).Where(static name => name!.StartsWith('0')).Order(StringComparer.Ordinal).ToList();
        await Assert.ThrowsAsync<KilledException>(() => Drop(new FaultyStore(store, new FaultPlan((_, operation, key) =>
            operation == StoreOperation.Delete && key == "_delta_log/" + versions[3] ? Fault.KillBefore : Fault.None))).RunAsync(Token));
        Assert.False(await store.HeadAsync("_delta_log/" + versions[0], Token) is not null);
        Assert.Null(await Table(store).ReadSnapshotAsync(null, Token));
        var lake = new Lake(new Dictionary<string, IObjectStore> { ["bronze"] = new FolderStore(folder.Path, TimeProvider.System) }, TimeProvider.System);
        Assert.Null(await lake.Table(new TableName("bronze", "half")).ReadSnapshotAsync(null, Token));
    }

    [Fact]
    public async Task A_writer_that_began_before_is_refused_by_the_mark()
    {
        var store = Store("marked");
        var before = await FillAsync(store);
        var writer = Table(store);
        await writer.ReadAsync();
        await Assert.ThrowsAsync<KilledException>(() => Drop(new FaultyStore(store, new FaultPlan(static (_, operation, _) =>
            operation == StoreOperation.Delete ? Fault.KillBefore : Fault.None))).RunAsync(Token));
        await Assert.ThrowsAsync<CommitConflictException>(() => writer.CommitAsync(TestTables.Append(before, TestTables.File("late"))));
        await Assert.ThrowsAsync<CommitConflictException>(() => writer.CommitAsync(TestTables.Metadata(before).WithProperty("lakehouse.test", "late")));
        await Assert.ThrowsAsync<CommitConflictException>(() => Table(store).CommitAsync(TestTables.Append(null, TestTables.File("late"))));
        Assert.Equal(DropOutcome.Dropped, await Drop(store).RunAsync(Token));
    }

    [Fact]
    public async Task A_writer_that_comes_after_the_last_object_went_is_fenced_and_leaves_no_version()
    {
        var time = new ManualTime();
        var store = Store("late");
        await FillAsync(store);
        var writer = TestTables.Open(store, time);
        var before = await writer.ReadAsync();
        Assert.Equal(DropOutcome.Dropped, await Drop(store).RunAsync(Token));
        time.Advance(TableDrop.MarkFor);
        var fenced = await Assert.ThrowsAsync<DiagnosticException>(() => writer.CommitAsync(TestTables.Append(before, TestTables.File("late"))));
        Assert.Equal(TableCodes.Fenced, fenced.Diagnostic.Code);
        Assert.DoesNotContain(Left("late"), static name => name.EndsWith(".json", StringComparison.Ordinal));

        // A table that is made anew meets nothing of it.
        var anew = await Table(store).CommitAsync(TestTables.Append(null, TestTables.File("anew")));
        Assert.Equal(0, (await Table(store).ReadAsync()).Version);
        Assert.Equal(anew.TableId, (await Table(store).ReadAsync()).TableId);
    }

    [Fact]
    public async Task The_mark_stays_for_longer_than_a_writer_may_take_without_looking_back()
    {
        var time = new ManualTime();
        var store = Store("held");
        await FillAsync(store);
        var drop = new TableDrop(TestTables.Open(store, time), Events, ("r", "p"), time).RunAsync(Token);
        while (!drop.IsCompleted)
        {
            if (!Left("held").Exists(static name => name.StartsWith("_delta_log/0", StringComparison.Ordinal)))
                Assert.True(time.GetUtcNow() >= new ManualTime().GetUtcNow() + TableDrop.MarkFor);
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Equal(DropOutcome.Dropped, await drop);
        Assert.True(time.GetUtcNow() >= new ManualTime().GetUtcNow() + TableDrop.MarkFor);
    }

    [Fact]
    public async Task A_table_that_a_stream_still_writes_is_dropped_between_two_commits()
    {
        var store = Store("contended");
        await FillAsync(store);
        var conflicts = 0;
        var plan = new FaultPlan(static (_, _, _) => Fault.None)
        {
            Before = async (operation, _) =>
            {
                if (operation != StoreOperation.PutIfAbsent || conflicts++ >= 3)
                    return;
                var writer = Table(store);
                await writer.CommitAsync(TestTables.Append(await writer.ReadAsync(), TestTables.File($"more-{conflicts}")));
            },
        };
        Assert.Equal(DropOutcome.Dropped, await Drop(new FaultyStore(store, plan)).RunAsync(Token));
        Assert.True(conflicts > 3);
        Assert.Equal(["notes.txt", "part-of-something.parquet"], Left("contended"));
    }

    [Fact]
    public async Task Who_makes_the_table_anew_ends_his_own_drop_first_and_not_anothers()
    {
        var store = Store("again");
        await FillAsync(store);
        await Assert.ThrowsAsync<KilledException>(() => Drop(new FaultyStore(store, new FaultPlan(static (_, operation, _) =>
            operation == StoreOperation.Delete ? Fault.KillBefore : Fault.None))).RunAsync(Token));
        var refused = await Assert.ThrowsAsync<DiagnosticException>(() => TableDrop.FinishAsync(Table(store), Events with { Name = "others" }, TimeProvider.System, Token));
        Assert.Equal(TableCodes.TableDropped, refused.Diagnostic.Code);
        Assert.Contains(Owner, refused.Diagnostic.Message, StringComparison.Ordinal);

        await TableDrop.FinishAsync(Table(store), Events, TimeProvider.System, Token);
        Assert.Equal(["notes.txt", "part-of-something.parquet"], Left("again"));
        await TableDrop.FinishAsync(Table(store), Events, TimeProvider.System, Token);
    }

    [Fact]
    public async Task The_dropping_commit_is_one_that_other_engines_read_as_an_empty_version()
    {
        var store = Store("read");
        var before = await FillAsync(store);
        await Assert.ThrowsAsync<KilledException>(() => Drop(new FaultyStore(store, new FaultPlan(static (_, operation, _) =>
            operation == StoreOperation.Delete ? Fault.KillBefore : Fault.None))).RunAsync(Token));
        var commit = LogCommit.Parse(before.Version + 1, await store.GetAsync(LogFileName.Commit(before.Version + 1), Token), store.Location);
        Assert.Equal(before.Paths(), commit.Removes.Select(static remove => remove.Path).Order(StringComparer.Ordinal));
        Assert.Empty(commit.Adds);
        Assert.Equal(("DROP TABLE", "run-1"), (commit.Info!.Operation, commit.Info.RunId));
        Assert.Equal("false", commit.MetaData!.Configuration![TableProperties.AppendOnly]);
        Assert.Equal(before.TableId, commit.MetaData.Id);
    }

    private FolderStore Store(string place) => new(folder[place], TimeProvider.System);

    private void CopyTemplate(string place)
    {
        foreach (var file in Directory.EnumerateFiles(folder["template"], "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder[place], Path.GetRelativePath(folder["template"], file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private static DeltaTable Table(IObjectStore store) => TestTables.Open(store);

    private static TableDrop Drop(IObjectStore store) => new(Table(store), Events, ("run-1", "plan-1"), TimeProvider.System, TimeSpan.Zero);

    private List<string> Left(string place) =>
        [.. Directory.EnumerateFiles(folder[place], "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder[place], file)).Order(StringComparer.Ordinal)];

    /// <summary>Six versions with a checkpoint in between: files of ours and of another engine's naming, one removed by a Replace, one that nobody committed; and what is nobody's.</summary>
    private static async Task<Snapshot> FillAsync(IObjectStore store)
    {
        var table = new DeltaTable(TestTables.Name, store, TimeProvider.System, new DuckDbCheckpoints(), EveryThird);
        Snapshot? newest = null;
        for (var version = 0; version < 6; version++)
        {
            var name = version % 2 == 0 ? $"part-{Guid.NewGuid():N}.parquet" : $"date=2026-01-0{version}/part-0000{version}-c000.snappy.parquet";
            await store.PutAsync(name, "rows"u8.ToArray(), Token);
            var file = TestTables.File(DataFilePath.ToLog(name));
            var change = version == 3 ? TestTables.Replace(newest, file) : TestTables.Append(newest, file);
            newest = await table.CommitAsync(version == 0 ? change.WithProperty(TableProperties.Owner, Owner) : change);
            await table.SettleAsync();
        }

        newest = await table.CommitAsync(TestTables.Metadata(newest).WithProperty(TableProperties.AppendOnly, "true"));
        await store.PutAsync($"part-{Guid.NewGuid():N}.parquet", "staged and never committed"u8.ToArray(), Token);
        await store.PutAsync("notes.txt", "somebody's"u8.ToArray(), Token);
        await store.PutAsync("part-of-something.parquet", "somebody's"u8.ToArray(), Token);
        return newest;
    }

    private static async Task RequireWholeOrNoneAsync(IObjectStore store, string place)
    {
        if (await Table(store).ReadSnapshotAsync(null, Token) is not { } snapshot)
            return;
        foreach (var file in snapshot.Files)
            Assert.True(await store.HeadAsync(DataFilePath.KeyIn(store, file.Path), Token) is not null, $"{place}: {file.Path} is gone and the table is there");
    }
}
