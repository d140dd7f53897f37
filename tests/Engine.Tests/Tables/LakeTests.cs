using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Storage.Folders;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tests.Tables;

public sealed class LakeTests : IDisposable
{
    private static readonly ResourceId Main = new(ResourceKind.Lakehouse, "main", "default");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private FolderStore Layer => new(folder["bronze"], TimeProvider.System);

    [Fact]
    public async Task A_layer_lists_the_folders_that_hold_a_log_and_could_be_named()
    {
        var lake = new Lake(new Dictionary<string, IObjectStore> { ["bronze"] = Layer }, TimeProvider.System);
        Assert.Empty(await lake.TablesAsync("bronze", CancellationToken.None).ToListAsync());
        foreach (var name in new[] { "orders", "events", "events__quarantine" })
            await lake.Table(new TableName("bronze", name)).CommitAsync(TestTables.Append(null, TestTables.File("a")));
        Directory.CreateDirectory(folder["bronze/no_log"]);
        Directory.CreateDirectory(folder["bronze/Not A Name/_delta_log"]);
        await LayerOwner.ClaimAsync(Layer, Main, takeOver: false, TimeProvider.System, CancellationToken.None);

        var tables = await lake.TablesAsync("bronze", CancellationToken.None).ToListAsync();

        Assert.Equal(["bronze.events", "bronze.events__quarantine", "bronze.orders"], tables.Select(static table => table.Name.ToString()));
        Assert.Same(tables[0], lake.Table(new TableName("bronze", "events")));
    }

    [Fact]
    public async Task A_location_has_one_owner_until_it_is_taken_over()
    {
        await LayerOwner.ClaimAsync(Layer, Main, takeOver: false, TimeProvider.System, CancellationToken.None);
        await LayerOwner.ClaimAsync(Layer, Main, takeOver: false, TimeProvider.System, CancellationToken.None);
        var other = Main with { Namespace = "other" };
        var error = await Assert.ThrowsAsync<DiagnosticException>(() => LayerOwner.ClaimAsync(Layer, other, takeOver: false, TimeProvider.System, CancellationToken.None));
        Assert.Equal(TableCodes.LocationOwned, error.Diagnostic.Code);
        Assert.Contains("default/main", error.Message, StringComparison.Ordinal);
        await LayerOwner.ClaimAsync(Layer, other, takeOver: true, TimeProvider.System, CancellationToken.None);
        await Assert.ThrowsAsync<DiagnosticException>(() => LayerOwner.ClaimAsync(Layer, Main, takeOver: false, TimeProvider.System, CancellationToken.None));
    }

    [Fact]
    public async Task An_owner_mark_that_cannot_be_read_is_nobodys_to_overwrite()
    {
        await Layer.PutAsync(LayerOwner.Key, "{"u8.ToArray(), CancellationToken.None);
        var error = await Assert.ThrowsAsync<DiagnosticException>(() => LayerOwner.ClaimAsync(Layer, Main, takeOver: false, TimeProvider.System, CancellationToken.None));
        Assert.Equal(TableCodes.LocationOwned, error.Diagnostic.Code);
    }

    [Theory]
    [InlineData("interval 168 hours", 168)]
    [InlineData("interval 1 week", 168)]
    [InlineData("INTERVAL 1 weeks 2 days", 216)]
    [InlineData("30 days", 720)]
    [InlineData("interval 3600 seconds", 1)]
    public void Retentions_are_read_as_any_engine_writes_them(string text, int hours)
    {
        Assert.True(TableProperties.TryParseInterval(text, out var interval));
        Assert.Equal(TimeSpan.FromHours(hours), interval);
        Assert.True(TableProperties.TryParseInterval(TableProperties.Interval(interval), out var again));
        Assert.Equal(interval, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("interval")]
    [InlineData("interval 1")]
    [InlineData("interval 1 month")]
    [InlineData("interval -1 days")]
    [InlineData("interval 9223372036854775807 weeks")]
    public void What_is_no_length_of_time_is_not_taken_for_one(string text) => Assert.False(TableProperties.TryParseInterval(text, out _));
}
