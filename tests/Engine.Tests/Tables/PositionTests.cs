using System.Text.Json;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Tables.Positions;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tests.Tables;

public sealed class PositionTests : IDisposable
{
    private static readonly PositionDomain Domain = new("generator", "seed 1/of\u00fc", "0");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private DeltaTable Open() => TestTables.Open(folder.Path);

    private static TableChange Batch(Snapshot? table, PositionStep step, string file) =>
        (TestTables.Append(table, TestTables.File(file)) with { Transaction = step.Transaction }).With(step.DomainEntry.Key, step.DomainEntry.Value);

    private static PositionStep Step(PositionWriter writer, Snapshot? table, long index)
    {
        using var json = JsonDocument.Parse($"{{\"index\":{index}}}");
        return writer.Next(table, json.RootElement.Clone());
    }

    [Fact]
    public void The_domains_name_says_which_position_it_is_whatever_is_in_its_parts()
    {
        Assert.Equal("lakehouse.position/generator/seed%201%2Fof%C3%BC/0", Domain.Name);
        Assert.True(PositionDomain.TryParse(Domain.Name, out var position, out var isWriter));
        Assert.Equal((Domain, false), (position, isWriter));
        Assert.True(PositionDomain.TryParse(Domain.WriterName, out position, out isWriter));
        Assert.Equal((Domain, true), (position, isWriter));
        var named = new PositionDomain("k", "i", "writer");
        Assert.True(PositionDomain.TryParse(named.Name, out position, out isWriter));
        Assert.Equal((named, false), (position, isWriter));
        Assert.False(PositionDomain.TryParse("lakehouse.inputs", out _, out _));
        Assert.False(PositionDomain.TryParse("lakehouse.position/a/b", out _, out _));
    }

    [Fact]
    public async Task Batches_follow_one_another_and_carry_the_position()
    {
        var writer = new PositionWriter(Domain);
        var table = Open();
        Snapshot? snapshot = null;
        for (var batch = 1; batch <= 3; batch++)
        {
            var step = Step(writer, snapshot, batch * 10);
            Assert.Equal((batch, 1), (step.Record.Batch, step.Record.Writer));
            snapshot = await table.CommitAsync(Batch(snapshot, step, $"f{batch}"));
        }

        var read = PositionRecord.Read(await Open().ReadAsync(), Domain)!;
        Assert.Equal((3L, 1L, 30L), (read.Batch, read.Writer, read.Position.GetProperty("index").GetInt64()));
        Assert.Equal(3, (await Open().ReadAsync()).Transactions[Domain.Name]);
    }

    [Fact]
    public async Task A_process_that_starts_later_fences_the_one_before_for_good()
    {
        var (first, second) = (new PositionWriter(Domain), new PositionWriter(Domain));
        var one = await Open().CommitAsync(Batch(null, Step(first, null, 1), "a"));
        var two = await Open().CommitAsync(Batch(one, Step(second, one, 2), "b"));
        Assert.Equal(2, WriterRecord.Read(two, Domain)!.Writer);

        // From its old snapshot, and from the newest: the first never commits again.
        await FencedAsync(Batch(one, Step(first, one, 2), "c"));
        await FencedAsync(Batch(two, Step(first, two, 3), "c"));
        await Open().CommitAsync(Batch(two, Step(second, two, 3), "d"));
    }

    [Fact]
    public async Task Of_two_processes_that_reach_for_the_same_number_one_writes()
    {
        var (first, second) = (new PositionWriter(Domain), new PositionWriter(Domain));
        var start = await Open().CommitAsync(TestTables.Append(null, TestTables.File("start")));
        var (one, two) = (Step(first, start, 1), Step(second, start, 1));
        Assert.Equal(one.Record.Writer, two.Record.Writer);
        var now = await Open().CommitAsync(Batch(start, one, "a"));
        await FencedAsync(Batch(start, two, "b"));
        await FencedAsync(Batch(now, two with { Record = two.Record with { Batch = 2 } }, "b"));
    }

    [Fact]
    public async Task A_batch_commits_only_on_the_one_before_it()
    {
        var writer = new PositionWriter(Domain);
        var one = await Open().CommitAsync(Batch(null, Step(writer, null, 1), "a"));
        var next = Step(writer, one, 2);
        await FencedAsync(Batch(one, next with { Record = next.Record with { Batch = 1 } }, "b"));
        await FencedAsync(Batch(one, next with { Record = next.Record with { Batch = 3 } }, "b"));
        await Open().CommitAsync(Batch(one, next, "b"));
    }

    [Fact]
    public async Task A_side_commit_happens_once_and_may_leave_batches_out()
    {
        var one = await Open().CommitAsync(TestTables.Append(null, TestTables.File("a")) with { Transaction = (Domain.Name, 3) });
        var two = await Open().CommitAsync(TestTables.Append(one, TestTables.File("b")) with { Transaction = (Domain.Name, 7) });
        await FencedAsync(TestTables.Append(two, TestTables.File("c")) with { Transaction = (Domain.Name, 7) });
    }

    [Fact]
    public async Task A_position_that_is_not_ours_to_read_is_said_to_be_so()
    {
        var table = await Open().CommitAsync(TestTables.Append(null, TestTables.File("a")).With("lakehouse.pendingSide", "[]"));
        var error = Assert.Throws<DiagnosticException>(() => PendingSideRecord.Read(table));
        Assert.Equal(TableCodes.LogDamaged, error.Diagnostic.Code);
    }

    private async Task FencedAsync(TableChange change)
    {
        var before = (await Open().ReadAsync()).Version;
        var error = await Assert.ThrowsAsync<DiagnosticException>(() => Open().CommitAsync(change));
        Assert.Equal(TableCodes.Fenced, error.Diagnostic.Code);
        Assert.Equal(before, (await Open().ReadAsync()).Version);
    }
}
