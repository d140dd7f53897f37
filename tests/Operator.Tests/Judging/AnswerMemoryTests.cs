using System.Globalization;
using System.Runtime.CompilerServices;
using LakehouseOperator.Operator.Judging;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Operator.Tests.Judging;

/// <summary>What the judge remembers is bounded by bytes, whatever the specs are that it is asked about.</summary>
public sealed class AnswerMemoryTests : IAsyncLifetime
{
    private readonly JudgeScene scene = new();
    private readonly PretendWorkers workers;
    private readonly SidecarJudge judge;

    public AnswerMemoryTests() => (workers, judge) = (scene.Workers, scene.Judge);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await scene.LookAsync();

    public ValueTask DisposeAsync()
    {
        scene.Dispose();
        return ValueTask.CompletedTask;
    }

    private static KnownTable Table(int columns, string suffix = "") => new(
        TableName.Parse("bronze.t"), new TableSchema([.. Enumerable.Range(0, columns).Select(i => new TableColumn($"column_{i}{suffix}", new ColumnType.Decimal(38, 9)))], []));

    private static List<SqlColumn> Wide(string sql) =>
        [.. Enumerable.Range(0, 1000).Select(i => new SqlColumn(string.Create(CultureInfo.InvariantCulture, $"{sql}_{i}_{new string('x', 400)}"), "BIGINT"))];

    [Fact]
    public async Task A_question_about_a_thousand_columns_costs_no_text_of_them_once_they_are_known()
    {
        var table = Table(1000, new string('x', 200));
        for (var i = 0; i < 100; i++)
            Assert.Null(await judge.JudgeExpressionAsync($"column_{i} > 0", aggregate: false, table, Token));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            var question = judge.JudgeExpressionAsync($"column_{i} > 0", aggregate: false, table, Token);
            Assert.True(question.IsCompletedSuccessfully);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Equal(100, workers.Asked.Count);
    }

    [Fact]
    public async Task Answers_of_more_bytes_than_are_kept_go_the_oldest_first_and_one_that_is_used_stays()
    {
        workers.Returns = Wide;
        var oldest = await FirstAsync();
        var used = await judge.BindAsync("used", [Table(1)], Token);
        for (var i = 0; i < 40; i++)
        {
            await judge.BindAsync($"q{i}", [Table(1)], Token);
            Assert.Same(used, await judge.BindAsync("used", [Table(1)], Token));
        }

        var last = workers.Asked.Count;
        await judge.BindAsync("q39", [Table(1)], Token);
        await judge.BindAsync("q38", [Table(1)], Token);
        Assert.Equal(last, workers.Asked.Count);
        GC.Collect();
        Assert.False(oldest.IsAlive);
        Assert.Equal(1000, (await judge.BindAsync("oldest", [Table(1)], Token)).Columns!.Count);
        Assert.Equal(last + 1, workers.Asked.Count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<WeakReference> FirstAsync() => new((await judge.BindAsync("oldest", [Table(1)], Token)).Columns![0]);

    [Fact]
    public async Task An_answer_that_is_larger_than_all_that_is_kept_is_given_and_drives_nothing_out()
    {
        var small = await judge.BindAsync("small", [Table(1)], Token);
        workers.Returns = static _ => [new SqlColumn("id", new string('x', (int)SidecarJudge.MostBytes))];
        for (var i = 1; i <= 2; i++)
        {
            Assert.Equal(SidecarJudge.MostBytes, Assert.Single((await judge.BindAsync("vast", [Table(1)], Token)).Columns!).Type.Length);
            Assert.Equal(1 + i, workers.Asked.Count);
        }

        Assert.Same(small, await judge.BindAsync("small", [Table(1)], Token));
    }

    /// <summary>Otherwise whoever has a text that ends the worker and many that do not ends it for ever.</summary>
    [Fact]
    public async Task A_text_that_is_to_blame_is_remembered_however_much_else_is_asked()
    {
        workers.Returns = Wide;
        workers.Ends = static text => text == "crash" ? WorkerEnd.Exited : null;
        Assert.Equal(RunCodes.WorkerGone, (await judge.BindAsync("crash", [Table(1)], Token)).Problem!.Code);
        for (var i = 0; i < 40; i++)
            await judge.BindAsync($"q{i}", [Table(1)], Token);

        Assert.Equal(RunCodes.WorkerGone, (await judge.BindAsync("crash", [Table(1)], Token)).Problem!.Code);
        Assert.Equal(2, workers.Asked.Count(static text => text == "crash"));
    }

    [Fact]
    public async Task Questions_that_differ_in_any_part_are_different_ones()
    {
        var table = Table(2);
        await judge.JudgeExpressionAsync("a", aggregate: false, table, Token);
        await judge.JudgeExpressionAsync("a", aggregate: true, table, Token);
        await judge.JudgeExpressionAsync("a", aggregate: false, Table(3), Token);
        await judge.JudgeExpressionAsync("a", aggregate: false, Table(2, "x"), Token);
        await judge.JudgeExpressionAsync("a", aggregate: false, new KnownTable(TableName.Parse("bronze.u"), table.Schema), Token);
        await judge.JudgeExpressionAsync("a", aggregate: false, new KnownTable(table.Name, table.Schema with { Columns = [.. table.Schema.Columns.Select(static one => one with { Type = new ColumnType.Decimal(10, 2) })] }), Token);
        await judge.BindAsync("a", [table], Token);
        await judge.ReadAsync("a", Token);
        Assert.Equal(8, workers.Asked.Count);

        await judge.JudgeExpressionAsync("a", aggregate: false, Table(2), Token);
        Assert.Equal(8, workers.Asked.Count);
    }

    [Fact]
    public void Memory_is_bounded_by_bytes_and_counts_what_it_drops()
    {
        var memory = new BoundedMemory<Digest, int>(10_000);
        for (var i = 0; i < 100_000; i++)
            Assert.Equal(1, memory.Change(new Digest(0, (UInt128)i), static count => count + 1, sizeof(int)));
        Assert.InRange(memory.Bytes, 5_000, 10_000);

        Assert.Equal(2, memory.Change(new Digest(0, 99_999), static count => count + 1, sizeof(int)));
        Assert.False(memory.TryGet(new Digest(0, 1), out _));
        memory.Keep(new Digest(0, 99_999), 7, 20_000);
        Assert.False(memory.TryGet(new Digest(0, 99_999), out _));
        for (var i = 0; i < 100_000; i++)
            memory.Forget(new Digest(0, (UInt128)i));
        Assert.Equal(0, memory.Bytes);
    }
}
