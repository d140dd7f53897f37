using System.Text.Json;
using System.Text.Json.Nodes;
using LakehouseOperator.Cli.Samples.Shop;

namespace LakehouseOperator.Cli.Tests.Samples;

public sealed class ShopArrivalsTests
{
    private static readonly DateTimeOffset Until = new(2026, 1, 31, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_same_seed_makes_the_same_bytes_in_the_same_order()
    {
        Assert.Equal(Texts(7, 1_500), Texts(7, 1_500));
        Assert.NotEqual(Texts(7, 1_500), Texts(8, 1_500));

        static IEnumerable<string> Texts(int seed, int orders) =>
            Entries(seed, orders).Select(static entry => $"{entry.Stream} {entry.Kind} {entry.Field} {Convert.ToHexString(entry.Payload)}");
    }

    [Theory]
    [InlineData(0, int.MaxValue)]
    [InlineData(1, 2)]
    public void Keys_of_different_seeds_never_meet(int one, int other)
    {
        var keys = Good(Entries(one, 1_200)).Select(Key).ToHashSet();
        Assert.DoesNotContain(Good(Entries(other, 1_200)).Select(Key), keys.Contains);
    }

    [Fact]
    public void The_largest_shop_of_the_largest_seed_has_ids_that_fit()
    {
        var model = new ShopModel(ShopModel.MaxSeed, ShopModel.MaxOrders, Until);
        var last = model.OrderOf(ShopModel.MaxOrders - 1);
        Assert.True(last.Changes[^1].Id > 0 && last.Items[^1].Id > 0);
        Assert.True(last.Changes[^1].Id / 1_000_000_000 == ShopModel.MaxSeed && last.Items[^1].Id / 1_000_000_000 == ShopModel.MaxSeed);
    }

    [Fact]
    public void Counts_are_those_of_the_entries_themselves()
    {
        var entries = Entries(3, 5_000);
        foreach (var stream in Enum.GetValues<ShopStream>())
        {
            var own = entries.Where(entry => entry.Stream == stream).ToList();
            var count = own.Aggregate(default(ShopCount), static (count, entry) => count.With(entry));
            var good = Good(own).ToList();
            var distinctTexts = good.Select(static entry => Convert.ToHexString(entry.Payload)).Distinct(StringComparer.Ordinal).Count();
            Assert.Equal(own.Count, count.Entries);
            Assert.Equal(own.Count - good.Count, count.Malformed);
            Assert.Equal(good.Select(Key).Distinct().Count(), count.Distinct);
            Assert.Equal(good.Count - distinctTexts, count.Duplicates);
            Assert.True(count is { Malformed: > 0, Duplicates: > 0 }, $"{stream}: {count}");
        }
    }

    [Fact]
    public void The_smallest_shop_has_a_duplicate_and_a_malformed_entry_in_every_stream() =>
        Assert.Equal(12, Entries(1, 1).Where(static entry => entry.Kind is not ShopEntryKind.Version).Select(static entry => (entry.Stream, entry.Kind)).Distinct().Count());

    /// <summary>Else "the newest wins" could be "the last wins".</summary>
    [Theory]
    [InlineData(nameof(ShopStream.Users))]
    [InlineData(nameof(ShopStream.Orders))]
    public void Older_versions_arrive_after_newer_ones(string name)
    {
        var stream = Enum.Parse<ShopStream>(name);
        var late = 0;
        foreach (var versions in Good(Entries(4, 3_000)).Where(entry => entry.Stream == stream && entry.Kind is ShopEntryKind.Version).GroupBy(Key))
        {
            var times = versions.Select(static entry => JsonNode.Parse(entry.Payload)!["updated_at"]!.GetValue<string>()).ToList();
            late += string.CompareOrdinal(times[^1], times.Max(StringComparer.Ordinal)) < 0 ? 1 : 0;
        }

        Assert.True(late >= 5, $"{late}");
    }

    [Fact]
    public void Orders_refer_to_what_came_before_them_and_cost_what_their_items_do()
    {
        var model = new ShopModel(5, 4_000, Until);
        var users = Enumerable.Range(0, model.Users).Select(model.UserVersions).ToDictionary(static versions => versions[0].Id, static versions => versions[0].CreatedAt);
        var locations = Enumerable.Range(0, model.Restaurants)
            .SelectMany(restaurant => Enumerable.Range(0, model.LocationsOf(restaurant)).Select(number => model.LocationVersions(restaurant, number)[0]))
            .ToDictionary(static location => location.Id);
        for (var index = 0; index < model.Orders; index++)
        {
            var story = model.OrderOf(index);
            var order = story.Versions[^1];
            Assert.True(users[order.UserId] < order.PlacedAt);
            Assert.Equal(order.RestaurantId, locations[order.LocationId].RestaurantId);
            Assert.True(locations[order.LocationId].UpdatedAt < order.PlacedAt);
            Assert.Equal(story.Items.Sum(static item => item.Quantity * item.UnitPrice), order.Subtotal);
            Assert.True(order.UpdatedAt < Until);
            Assert.Equal(story.Versions.Select(static version => version.UpdatedAt), story.Changes.Select(static change => change.ChangedAt));
            Assert.Equal(story.Versions.Select(static version => version.UpdatedAt).Order(), story.Versions.Select(static version => version.UpdatedAt));
        }
    }

    [Theory]
    [InlineData(nameof(ShopStream.Orders))]
    [InlineData(nameof(ShopStream.OrderItems))]
    [InlineData(nameof(ShopStream.Users))]
    public void Every_flaw_changes_an_entry_and_leaves_the_good_one_alone(string name)
    {
        var stream = Enum.Parse<ShopStream>(name);
        var good = Entries(6, 10).First(entry => entry.Stream == stream && entry.Kind is ShopEntryKind.Version).Payload;
        var before = good.ToArray();
        foreach (var flaw in Flaws.Of(stream).Except([Flaw.NoField]))
            Assert.NotEqual(before, flaw.Spoil(stream, good));
        Assert.Equal(before, good);
        Assert.ThrowsAny<JsonException>(() => JsonNode.Parse(Flaw.CutOff.Spoil(stream, good)));
    }

    private static List<ShopEntry> Entries(int seed, int orders)
    {
        using var arrivals = new ShopArrivals(new ShopModel(seed, orders, Until), seed);
        return [.. arrivals.All()];
    }

    private static IEnumerable<ShopEntry> Good(IEnumerable<ShopEntry> entries) => entries.Where(static entry => entry.Kind is not ShopEntryKind.Malformed);

    private static (ShopStream, long) Key(ShopEntry entry) => (entry.Stream, JsonNode.Parse(entry.Payload)!["id"]!.GetValue<long>());
}
