using System.Globalization;
using LakehouseOperator.Cli.Samples.Shop;

namespace LakehouseOperator.Cli.Tests.Samples;

/// <summary>What gold must hold, worked out from the model alone: no streams, no SQL. Rows as texts, in order.</summary>
internal sealed class ShopExpectations
{
    private readonly List<OrderStory> stories;
    private readonly ILookup<long, Order> bought;

    public ShopExpectations(IReadOnlyList<ShopModel> models)
    {
        stories = [.. models.SelectMany(static model => Enumerable.Range(0, model.Orders).Select(model.OrderOf))];
        bought = stories.Select(static story => story.Versions[^1]).Where(static order => order.Status != "cancelled").ToLookup(static order => order.UserId);
        Users = [.. models.SelectMany(static model => Enumerable.Range(0, model.Users).Select(model.UserVersions)).Select(static versions => versions[^1]).Select(UserRow)
            .Order(StringComparer.Ordinal)];
        Restaurants = [.. models.SelectMany(RestaurantRows).Order(StringComparer.Ordinal)];
    }

    /// <summary>user_id|email|phone|orders|lifetime_value|last_order_at in ms</summary>
    public IReadOnlyList<string> Users { get; }

    /// <summary>restaurant_id|name|location_id:city,…</summary>
    public IReadOnlyList<string> Restaurants { get; }

    /// <summary>order_id|status|item_count|total|placed_date|delivered_at in ms</summary>
    public IReadOnlyList<string> Orders => [.. stories
        .Select(static story => (Order: story.Versions[^1], story.Items, Delivered: story.Changes.Where(static change => change.To == "delivered").ToList()))
        .Select(static story => Row(
            story.Order.Id, story.Order.Status, story.Items.Count, story.Order.Total, Day(story.Order),
            story.Delivered.Count == 0 ? "-" : story.Delivered[0].ChangedAt.ToUnixTimeMilliseconds()))
        .Order(StringComparer.Ordinal)];

    /// <summary>date|restaurant_id|orders|revenue|running_revenue</summary>
    public IReadOnlyList<string> Revenue
    {
        get
        {
            var rows = new List<string>();
            var running = new Dictionary<long, decimal>();
            foreach (var day in bought.SelectMany(static orders => orders).GroupBy(static order => (Date: Day(order), order.RestaurantId)).OrderBy(static day => day.Key.Date, StringComparer.Ordinal))
            {
                var revenue = day.Sum(static order => order.Total);
                running[day.Key.RestaurantId] = running.GetValueOrDefault(day.Key.RestaurantId) + revenue;
                rows.Add(Row(day.Key.Date, day.Key.RestaurantId, day.Count(), revenue, running[day.Key.RestaurantId]));
            }

            return [.. rows.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>hour in ms|placed|accepted|delivered|cancelled</summary>
    public IReadOnlyList<string> Funnel => [.. stories
        .GroupBy(static story => story.Versions[0].PlacedAt.ToUnixTimeMilliseconds() / 3_600_000 * 3_600_000)
        .Select(static hour => Row(
            hour.Key, hour.Count(), hour.Count(static story => story.Changes.Any(static change => change.To == "accepted")),
            hour.Count(static story => story.Versions[^1].Status == "delivered"), hour.Count(static story => story.Versions[^1].Status == "cancelled")))
        .Order(StringComparer.Ordinal)];

    private string UserRow(User user)
    {
        var orders = bought[user.Id].ToList();
        return Row(
            user.Id, user.Email.ToLowerInvariant(), string.Concat(user.Phone.Where(char.IsAsciiDigit)), orders.Count,
            orders.Sum(static order => order.Total).ToString("0.00", CultureInfo.InvariantCulture),
            orders.Count == 0 ? "-" : orders.Max(static order => order.PlacedAt).ToUnixTimeMilliseconds());
    }

    private static IEnumerable<string> RestaurantRows(ShopModel model) => Enumerable.Range(0, model.Restaurants).Select(index => (Index: index, Newest: model.RestaurantVersions(index)[^1]))
        .Select(restaurant => Row(
            restaurant.Newest.Id, restaurant.Newest.Name,
            string.Join(',', Enumerable.Range(0, model.LocationsOf(restaurant.Index)).Select(number => model.LocationVersions(restaurant.Index, number)[^1])
                .Select(static location => $"{location.Id}:{location.City}"))));

    private static string Day(Order order) => order.PlacedAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Row(params object[] values) => string.Join('|', values.Select(static value => Convert.ToString(value, CultureInfo.InvariantCulture)));
}
