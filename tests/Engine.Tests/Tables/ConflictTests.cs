using System.Text.Json;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Tables.Positions;
using LakehouseOperator.Engine.Tests.Storage;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Engine.Tests.Tables;

/// <summary>The conflict matrix and the after-refusal rules of tables.md, each as its own law.</summary>
public sealed class ConflictTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ManualTime time = new();

    public void Dispose() => folder.Dispose();

    private DeltaTable Open() => TestTables.Open(folder.Path, time);

    private DeltaTable Open(FaultPlan plan) => TestTables.Open(new FaultyStore(new FolderStore(folder.Path, time), plan), time);

    private DataFile File(string name) => TestTables.File(name, 10, time.GetUtcNow());

    private async Task<Snapshot> CreateAsync(params string[] files) =>
        await Open().CommitAsync(TestTables.Append(null, [.. files.Select(File)]));

    /// <summary>A compaction as another engine would write it.</summary>
    private async Task CompactAsync(long version, string into, params string[] from)
    {
        var lines = from.Select(static path => $"{{\"remove\":{{\"path\":\"{path}\",\"dataChange\":false,\"deletionTimestamp\":1}}}}")
            .Append($"{{\"add\":{{\"path\":\"{into}\",\"partitionValues\":{{}},\"size\":1,\"modificationTime\":1,\"dataChange\":false,\"stats\":\"{{\\\"numRecords\\\":20}}\"}}}}");
        var log = Path.Combine(folder.Path, "_delta_log", $"{version:D20}.json");
        await System.IO.File.WriteAllLinesAsync(log, lines);
    }

    [Fact]
    public async Task Append_rebases_over_append_and_compaction()
    {
        var start = await CreateAsync("a", "b");
        await Open().CommitAsync(TestTables.Append(start, File("c")));
        await CompactAsync(2, "ab", "a", "b");
        var result = await Open().CommitAsync(TestTables.Append(start, File("d")), CancellationToken.None);
        Assert.Equal((3, 1), (result.Version, result.Retries));
        Assert.Equal(["ab", "c", "d"], result.Snapshot.Paths());
        Assert.Equal(3, result.Snapshot.DataVersion);
    }

    [Fact]
    public async Task Replace_is_redone_when_rows_changed_meanwhile()
    {
        var start = await CreateAsync("a");
        await Open().CommitAsync(TestTables.Append(start, File("b")));
        var conflict = await Assert.ThrowsAsync<CommitConflictException>(() => Open().CommitAsync(TestTables.Replace(start, File("c"))));
        Assert.Equal(1, conflict.Winner);
        Assert.Equal(["a", "b"], (await Open().ReadAsync()).Paths());
    }

    [Fact]
    public async Task Replace_removes_also_what_a_compaction_made_of_its_rows()
    {
        var start = await CreateAsync("a", "b");
        await CompactAsync(1, "ab", "a", "b");
        Assert.Equal(["c"], (await Open().CommitAsync(TestTables.Replace(start, File("c")))).Paths());
    }

    [Fact]
    public async Task A_change_of_protocol_or_metadata_makes_everyone_plan_again()
    {
        var start = await CreateAsync("a");
        await Open().CommitAsync(TestTables.Metadata(start).WithProperty("some", "thing"));
        await Assert.ThrowsAsync<CommitConflictException>(() => Open().CommitAsync(TestTables.Append(start, File("b"))));
    }

    [Fact]
    public async Task Two_commits_of_one_domain_do_not_pass_each_other()
    {
        var start = await CreateAsync("a");
        await Open().CommitAsync(TestTables.Append(start, File("b")).With("lakehouse.inputs", "1"));
        await Assert.ThrowsAsync<CommitConflictException>(() => Open().CommitAsync(TestTables.Append(start, File("c")).With("lakehouse.inputs", "2")));
        await Open().CommitAsync(TestTables.Append(start, File("c")).With("lakehouse.checks", "2"));
    }

    [Fact]
    public async Task A_table_is_created_once()
    {
        await CreateAsync("a");
        await Assert.ThrowsAsync<CommitConflictException>(() => Open().CommitAsync(TestTables.Append(null, File("b"))));

        // Also where the first versions are cleaned up and the name would be free again.
        System.IO.File.Move(Path.Combine(folder.Path, "_delta_log", $"{0:D20}.json"), Path.Combine(folder.Path, "_delta_log", $"{9:D20}.json"));
        await Assert.ThrowsAsync<CommitConflictException>(() => Open().CommitAsync(TestTables.Append(null, File("b"))));
    }

    [Fact]
    public async Task A_commit_that_lost_its_reply_is_found_by_its_txnId()
    {
        var start = await CreateAsync("a");
        var plan = new FaultPlan(static (_, operation, _) => operation == StoreOperation.PutIfAbsent ? Fault.LoseReply : Fault.None);
        var result = await Open(plan).CommitAsync(TestTables.Append(start, File("b")), CancellationToken.None);
        Assert.Equal((1, 0), (result.Version, result.Retries));
        Assert.Equal(["a", "b"], (await Open().ReadAsync()).Paths());
    }

    [Fact]
    public async Task A_put_that_never_arrived_is_put_again_at_the_same_version()
    {
        var start = await CreateAsync("a");
        var puts = 0;
        var plan = new FaultPlan((_, operation, _) => operation == StoreOperation.PutIfAbsent && ++puts < 3 ? Fault.LoseRequest : Fault.None);
        Assert.Equal(1, (await Open(plan).CommitAsync(TestTables.Append(start, File("b")))).Version);
        Assert.Equal(3, puts);
    }

    [Fact]
    public async Task A_lost_reply_at_anothers_version_is_a_conflict_and_not_a_success()
    {
        var start = await CreateAsync("a");
        var first = true;
        var plan = new FaultPlan((_, operation, _) => operation == StoreOperation.PutIfAbsent && first ? Fault.LoseRequest : Fault.None);
        plan.Before = async (operation, _) =>
        {
            if (operation == StoreOperation.Get && first)
            {
                first = false;
                await Open().CommitAsync(TestTables.Append(start, File("other")));
            }
        };
        var result = await Open(plan).CommitAsync(TestTables.Append(start, File("b")), CancellationToken.None);
        Assert.Equal((2, 1), (result.Version, result.Retries));
        Assert.Equal(["a", "b", "other"], result.Snapshot.Paths());
    }

    [Fact]
    public async Task A_process_killed_at_any_operation_of_a_commit_leaves_it_whole_or_not_at_all()
    {
        var outcomes = new HashSet<long>();
        for (var number = 1; ; number++)
        {
            var seen = 0;
            foreach (var how in new[] { Fault.KillBefore, Fault.KillAfter })
            {
                using var fresh = new TemporaryFolder();
                var start = await TestTables.Open(fresh.Path, time).CommitAsync(TestTables.Append(null, File("a")));
                await TestTables.Open(fresh.Path, time).CommitAsync(TestTables.Append(start, File("other")));
                var plan = FaultPlan.KillAt(number, how);
                var writer = new PositionWriter(new PositionDomain("test", "here", "0"));
                try
                {
                    await TestTables.Open(new FaultyStore(new FolderStore(fresh.Path, time), plan), time).CommitAsync(Batch(start, writer, 1, "b"));
                }
                catch (KilledException)
                {
                }

                // A new process finds whatever is true, and goes on: the batch is there once.
                var table = TestTables.Open(fresh.Path, time);
                var found = await table.ReadAsync();
                outcomes.Add(found.Version);
                if (PositionRecord.Read(found, writer.Domain) is null)
                    found = await table.CommitAsync(Batch(found, new PositionWriter(writer.Domain), 1, "b"));
                Assert.Equal(["a", "b", "other"], found.Paths());
                Assert.Equal(1, PositionRecord.Read(found, writer.Domain)!.Batch);
                seen = plan.Count;
            }

            if (seen < number)
                break;
        }

        Assert.Equal([1L, 2], outcomes.Order());
    }

    [Fact]
    public async Task A_writer_that_slept_lists_the_log_again_before_it_puts()
    {
        var start = await CreateAsync("a");
        await Open().CommitAsync(TestTables.Append(start, File("b")));
        await Open().CommitAsync(TestTables.Append(await Open().ReadAsync(), File("c")));
        System.IO.File.Delete(Path.Combine(folder.Path, "_delta_log", $"{1:D20}.json")); // as clean-up behind a checkpoint would
        time.Advance(TimeSpan.FromMinutes(11));

        var error = await Assert.ThrowsAnyAsync<Exception>(() => Open().CommitAsync(TestTables.Append(start, File("d"))));
        Assert.True(error is DiagnosticException or CommitConflictException);
        Assert.False(System.IO.File.Exists(Path.Combine(folder.Path, "_delta_log", $"{1:D20}.json")));
    }

    [Fact]
    public async Task A_put_that_took_too_long_and_stands_in_a_gap_is_fenced()
    {
        var start = await CreateAsync("a");
        var plan = new FaultPlan(static (_, _, _) => Fault.None);
        plan.Before = (operation, _) =>
        {
            if (operation == StoreOperation.PutIfAbsent)
            {
                time.Advance(TimeSpan.FromMinutes(11));
                System.IO.File.Delete(Path.Combine(folder.Path, "_delta_log", $"{0:D20}.json"));
            }

            return Task.CompletedTask;
        };
        var error = await Assert.ThrowsAsync<DiagnosticException>(() => Open(plan).CommitAsync(TestTables.Append(start, File("b"))));
        Assert.Equal(TableCodes.Fenced, error.Diagnostic.Code);
    }

    [Fact]
    public async Task A_slow_put_whose_predecessor_is_there_counts()
    {
        var start = await CreateAsync("a");
        var plan = new FaultPlan(static (_, _, _) => Fault.None);
        plan.Before = (operation, _) =>
        {
            if (operation == StoreOperation.PutIfAbsent)
                time.Advance(TimeSpan.FromMinutes(11));
            return Task.CompletedTask;
        };
        Assert.Equal(1, (await Open(plan).CommitAsync(TestTables.Append(start, File("b")))).Version);
    }

    [Fact]
    public async Task Eight_concurrent_appenders_lose_nothing()
    {
        var start = await CreateAsync("start");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            var table = Open();
            var snapshot = start;
            for (var round = 0; round < 12; round++)
                snapshot = await table.CommitAsync(TestTables.Append(snapshot, File($"w{writer}-{round}")));
        })));

        var end = await Open().ReadAsync();
        Assert.Equal(96, end.Version);
        Assert.Equal(97, end.Files.Count);
        Assert.Equal(97, (await Open().HistoryAsync(CancellationToken.None).ToListAsync()).Count);
    }

    private static TableChange Batch(Snapshot? table, PositionWriter writer, long index, params string[] files)
    {
        using var position = JsonDocument.Parse($"{{\"index\":{index}}}");
        var step = writer.Next(table, position.RootElement.Clone());
        return (TestTables.Append(table, [.. files.Select(static name => TestTables.File(name, 10, new DateTimeOffset(2026, 1, 15, 12, 0, 0, TimeSpan.Zero)))])
            with { Transaction = step.Transaction }).With(step.DomainEntry.Key, step.DomainEntry.Value);
    }
}
