using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Cluster.Tests.Resources;

/// <summary>Resources refer to each other, in whatever order they come; what does not fit says so by itself and leaves the others alone.</summary>
public sealed class GraphTests(SharedNode node)
{
    [Fact]
    public async Task What_names_something_that_is_not_there_waits_and_heals_when_it_comes()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Check("rows", "silver.silver"), Documents.Silver(), Documents.Ingestion());
        var silver = await scene.Transformation("silver").BecomesAsync("WaitingForUpstream");
        Assert.Equal(("False", "False"), (silver.Holds(), silver.Holds("Stalled")));
        Assert.Contains("main", silver.Message(), StringComparison.Ordinal);
        await scene.Ingestion("events").BecomesAsync("LakehouseNotReady");
        await scene.QualityCheck("rows").BecomesAsync("Pending");
        await scene.ApplyAsync(Documents.Lakehouse);
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.QualityCheck("rows").UntilAsync(one => one.Holds("Passed") == "True", "it passes");
    }

    [Fact]
    public async Task A_table_that_nobody_writes_yet_is_waited_for()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Silver());
        await scene.Transformation("silver").UntilAsync(one => one.Reason() == "WaitingForUpstream" && one.Message().Contains("bronze.events", StringComparison.Ordinal), "it names the table");
        await scene.ApplyAsync(Documents.Ingestion());
        await scene.Transformation("silver").BecomesAsync("Succeeded");
    }

    [Fact]
    public async Task Of_two_writers_of_a_table_the_second_is_in_conflict_until_the_first_goes()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Transformation("first", "silver.both", "SELECT id FROM bronze.events"));
        var first = await scene.Transformation("first").BecomesAsync("Succeeded");
        await scene.EventuallyAsync(() => Task.FromResult(TimeProvider.System.GetUtcNow() > Created(first).AddSeconds(1)), "the next second: creation times have no fractions");
        await scene.ApplyAsync(Documents.Transformation("another", "silver.both", "SELECT \"at\" FROM bronze.events"));
        var seen = await scene.Transformation("another").BecomesAsync("OutputConflict");
        Assert.Equal("True", seen.Holds("Stalled"));
        Assert.Contains("first", seen.Message(), StringComparison.Ordinal);
        Assert.Equal("Succeeded", (await scene.Transformation("first").SeeAsync()).Reason());
        await scene.Transformation("first").DeleteAsync();
        await scene.Transformation("another").UntilAsync(one => one.Holds("Stalled") == "False", "the table is free");
        await scene.Transformation("another").BecomesAsync("Succeeded");
    }

    [Fact]
    public async Task A_cycle_is_named_and_no_run_of_it_starts()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(
            Documents.Lakehouse,
            Documents.Transformation("hen", "silver.hen", "SELECT id FROM silver.egg"),
            Documents.Transformation("egg", "silver.egg", "SELECT id FROM silver.hen"));
        var seen = await scene.Transformation("hen").BecomesAsync("Cycle");
        Assert.Equal("True", seen.Holds("Stalled"));
        Assert.Contains("egg", seen.Message(), StringComparison.Ordinal);
        await scene.Transformation("egg").BecomesAsync("Cycle");
        Assert.Equal((0, 0), (scene.Transformation("hen").Pods, scene.Transformation("egg").Pods));
    }

    [Theory]
    [InlineData("SELEKT id FROM bronze.events", "syntax error")]
    [InlineData("SELECT idd FROM bronze.events", "idd")]
    [InlineData("SELECT id FROM bronze.events; SELECT 1", "statement")]
    [InlineData("COPY bronze.events TO '/tmp/x'", "SELECT")]
    [InlineData("SELECT * FROM read_csv('/etc/passwd')", "read_csv")]
    [InlineData("FROM '/etc/passwd'", "/etc/passwd")]
    [InlineData("ATTACH 'x.db'", "SELECT")]
    [InlineData("SELECT getenv('HOME') AS h FROM bronze.events", "getenv")]
    public async Task SQL_that_is_not_accepted_is_Stalled_with_its_place_and_runs_nowhere(string sql, string about)
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Transformation("bad", "silver.bad", $"\"{sql}\""));
        var seen = await scene.Transformation("bad").UntilAsync(one => one.Holds("Stalled") == "True", "it is Stalled");
        Assert.Equal(("False", "SqlInvalid"), (seen.Holds(), seen.Reason()));
        Assert.Matches("^LH2[0-9]{3}: spec.sql", seen.Message());
        Assert.Contains(about, seen.Message(), StringComparison.OrdinalIgnoreCase);
        await scene.Ingestion("events").BecomesAsync("Streaming");
        Assert.Equal(0, scene.Transformation("bad").Pods);
    }

    [Fact]
    public async Task Bad_SQL_that_is_mended_runs_and_meanwhile_the_last_version_is_served()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Transformation("silver").SpecAsync("""{"sql": "SELECT id, nothing FROM bronze.events"}""");
        var seen = await scene.Transformation("silver").BecomesAsync("SqlInvalid");
        Assert.Equal(("silver.silver", "0"), (seen["output.table"], seen["output.version"]));
        await scene.Transformation("silver").SpecAsync("""{"sql": "SELECT id FROM bronze.events"}""");
        await scene.Transformation("silver").BecomesAsync("Succeeded");
    }

    [Fact]
    public async Task The_table_of_a_Transformation_cannot_be_changed_and_can_be_put_back()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        await scene.Transformation("silver").SpecAsync("""{"table": "silver.other"}""");
        var seen = await scene.Transformation("silver").BecomesAsync("Invalid");
        Assert.Equal("True", seen.Holds("Stalled"));
        Assert.Contains($"{ClusterCodes.Immutable.Id}: spec.table", seen.Message(), StringComparison.Ordinal);
        await scene.Transformation("silver").SpecAsync("""{"table": "silver.silver"}""");
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        Assert.Equal(1, scene.Transformation("silver").Pods);
    }

    private static DateTimeOffset Created(Seen seen) =>
        DateTimeOffset.Parse((string)seen.Value["metadata"]!["creationTimestamp"]!, System.Globalization.CultureInfo.InvariantCulture);
}
