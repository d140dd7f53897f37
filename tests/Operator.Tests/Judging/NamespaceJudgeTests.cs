using LakehouseOperator.Operator.Judging;
using LakehouseOperator.Operator.Tests.Model;
using LakehouseOperator.Operator.Tests.Objects;
using LakehouseOperator.Operator.Watching;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Operator.Tests.Judging;

/// <summary>What is judged once stands for as long as specs do, and is kept for the namespaces that were looked at last.</summary>
public sealed class NamespaceJudgeTests
{
    private const string Spec = "{'lakehouseRef': {'name': 'main'}, 'source': {'redisStreams': {'url': 'redis://redis:6379', 'format': {'json': {'field': 'data'}}}}, 'tables': [{'name': 'bronze.a', 'from': 'a', 'columns': [{'name': 'id', 'type': 'BIGINT'}]}]}";

    private readonly ManualTime time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ResourceItem Item(string uid, long generation = 1, string spec = Spec) => Plans.Item(ResourceKind.Ingestion, uid, spec, generation);

    private NamespaceJudge Judge(long mostBytes) => new(new AwayJudge(), time, mostBytes);

    [Fact]
    public async Task A_judgement_stands_until_a_spec_changes_and_then_nothing_else_is_typed_anew()
    {
        var judge = Judge(1 << 20);
        var first = await judge.JudgeAsync("shop", [Item("a"), Item("b")], Token);

        // A status was written: the same spec, another object.
        Assert.Same(first, await judge.JudgeAsync("shop", [Item("a"), Item("b")], Token));
        var second = await judge.JudgeAsync("shop", [Item("a"), Item("b", 2)], Token);
        Assert.Same(first.Find(Item("a").Id), second.Find(Item("a").Id));
        Assert.NotSame(first.Find(Item("b").Id), second.Find(Item("b").Id));
    }

    [Fact]
    public async Task Namespaces_that_were_looked_at_last_are_kept_and_others_are_judged_anew_alike()
    {
        var judge = Judge(3 * 20 * (Spec.Length + 20));
        var judgements = new Dictionary<string, Judgement>(StringComparer.Ordinal);
        foreach (var ns in new[] { "a", "b", "c", "d" })
            judgements[ns] = await judge.JudgeAsync(ns, [Item("x"), Item("y")], Token);
        Assert.Same(judgements["d"], await judge.JudgeAsync("d", [Item("x"), Item("y")], Token));
        var again = await judge.JudgeAsync("a", [Item("x"), Item("y")], Token);
        Assert.NotSame(judgements["a"], again);
        Assert.Equal(judgements["a"].FaultOf(Item("y").Id), again.FaultOf(Item("y").Id));
        Assert.NotNull(again.FaultOf(Item("y").Id));
    }

    [Fact]
    public async Task The_namespace_that_was_looked_at_last_is_kept_however_large_it_is()
    {
        var judge = Judge(1);
        var first = await judge.JudgeAsync("shop", [Item("a")], Token);
        Assert.Same(first, await judge.JudgeAsync("shop", [Item("a")], Token));
    }

    [Fact]
    public async Task What_nobody_has_looked_at_for_a_while_is_forgotten()
    {
        var judge = Judge(1 << 20);
        var (quiet, busy) = (await judge.JudgeAsync("quiet", [Item("a")], Token), await judge.JudgeAsync("busy", [Item("b")], Token));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Same(busy, await judge.JudgeAsync("busy", [Item("b")], Token));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(judge.ForgetUnused(TimeSpan.FromSeconds(15)) > 20 * 200);
        Assert.Equal(0, judge.ForgetUnused(TimeSpan.FromSeconds(15)));
        Assert.Same(busy, await judge.JudgeAsync("busy", [Item("b")], Token));
        Assert.NotSame(quiet, await judge.JudgeAsync("quiet", [Item("a")], Token));
    }
}
