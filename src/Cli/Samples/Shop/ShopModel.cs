using System.Globalization;

namespace LakehouseOperator.Cli.Samples.Shop;

/// <summary>
/// A shop's 30 days, a function of the seed, of how many orders there are and of when they end. Nothing is kept: users, restaurants and orders are made by index.
/// Ids of different seeds never meet.
/// </summary>
/// <param name="seed">0 to <see cref="MaxSeed"/>.</param>
/// <param name="orders">1 to <see cref="MaxOrders"/>.</param>
/// <param name="until">When the history ends. What would have happened later has not happened.</param>
internal sealed class ShopModel(int seed, int orders, DateTimeOffset until)
{
    public const int MaxSeed = int.MaxValue;
    public const int MaxOrders = 100_000_000;
    public const int OrdersPerUser = 8;
    public const int OrdersPerRestaurant = 100;
    private const int Days = 30;
    private const int MaxLocations = 3;
    private const int MaxItems = 4;
    private const int MaxChanges = 4;
    private const int Dishes = 12;

    /// <summary>More than any index: <see cref="MaxOrders"/> × <see cref="MaxChanges"/>.</summary>
    private const long IdsPerSeed = 1_000_000_000;

    public int Orders => orders;

    /// <summary>User n comes before order n × <see cref="OrdersPerUser"/>.</summary>
    public int Users { get; } = (orders + OrdersPerUser - 1) / OrdersPerUser;

    /// <summary>Restaurant n comes before order n × <see cref="OrdersPerRestaurant"/>.</summary>
    public int Restaurants { get; } = (orders + OrdersPerRestaurant - 1) / OrdersPerRestaurant;

    /// <summary>All versions, the oldest first.</summary>
    public IReadOnlyList<User> UserVersions(int index)
    {
        var draw = new Draw(seed, Draw.Subject.User, index);
        var (first, last) = (draw.Of(ShopWords.FirstNames), draw.Of(ShopWords.LastNames));
        var created = PlacedAt(index * (long)OrdersPerUser) - Minutes(1 + draw.Below(600));
        var versions = new List<User>();
        var at = created;
        do
        {
            var email = string.Create(CultureInfo.InvariantCulture, $"{first}.{last}{Id(index)}@{draw.Of(ShopWords.MailHosts)}");
            versions.Add(new User(Id(index), draw.Chance(0.2) ? email.ToUpperInvariant() : email, Phone(ref draw), created, at));
            at += Minutes(1 + draw.Below(20_000));
        }
        while (at < until && versions.Count < 4 && draw.Chance(0.35));
        return versions;
    }

    /// <summary>All versions, the oldest first.</summary>
    public IReadOnlyList<Restaurant> RestaurantVersions(int index)
    {
        var draw = new Draw(seed, Draw.Subject.Restaurant, index);
        var (owner, cuisine) = (draw.Of(ShopWords.LastNames), draw.Of(ShopWords.Cuisines));
        var opened = RestaurantOpened(index);
        var versions = new List<Restaurant>();
        var at = opened;
        do
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{owner}'s {draw.Of(ShopWords.Houses)} №{index + 1}");
            versions.Add(new Restaurant(Id(index), name, cuisine, opened, at));
            at += Minutes(1 + draw.Below(30_000));
        }
        while (at < until && versions.Count < 3 && draw.Chance(0.3));
        return versions;
    }

    public int LocationsOf(int restaurant) => 1 + new Draw(seed, Draw.Subject.Restaurant, ~(long)restaurant).Below(MaxLocations);

    /// <summary>All versions, the oldest first.</summary>
    /// <param name="number">From 0, below <see cref="LocationsOf"/>.</param>
    public IReadOnlyList<Location> LocationVersions(int restaurant, int number)
    {
        var index = restaurant * (long)MaxLocations + number;
        var draw = new Draw(seed, Draw.Subject.Location, index);
        var city = draw.Of(ShopWords.Cities);
        var versions = new List<Location>();
        var at = RestaurantOpened(restaurant);
        do
        {
            versions.Add(new Location(
                Id(index), Id(restaurant), city.Name, Math.Round(city.Lat + (draw.Share() - 0.5) / 5, 6), Math.Round(city.Lon + (draw.Share() - 0.5) / 5, 6), at));
            at += Minutes(1 + draw.Below(30_000));
        }
        while (at < until && versions.Count < 3 && draw.Chance(0.2));
        return versions;
    }

    public OrderStory OrderOf(int index)
    {
        var draw = new Draw(seed, Draw.Subject.Order, index);

        // Squared: some are there every day, most come once.
        var user = (int)(Math.Pow(draw.Share(), 2) * (index / OrdersPerUser + 1));
        var restaurant = (int)(Math.Pow(draw.Share(), 1.5) * (index / OrdersPerRestaurant + 1));
        var location = restaurant * (long)MaxLocations + draw.Below(LocationsOf(restaurant));
        var items = Items(index, restaurant, ref draw);
        var subtotal = items.Sum(static item => item.Quantity * item.UnitPrice);
        var tax = decimal.Round(subtotal * 0.07m, 2, MidpointRounding.AwayFromZero);
        var tip = draw.Chance(0.6) ? decimal.Round(subtotal * draw.Below(20) / 100, 2, MidpointRounding.AwayFromZero) : 0m;
        var changes = Changes(index, ref draw);
        var placed = changes[0].ChangedAt;
        return new OrderStory(
            [.. changes.Select(change => new Order(
                Id(index), Id(user), Id(restaurant), Id(location), change.To, subtotal, tax, change.To == "delivered" ? tip : 0m, placed, change.ChangedAt))],
            items,
            changes);
    }

    private List<OrderItem> Items(int order, int restaurant, ref Draw draw)
    {
        var items = new List<OrderItem>();
        var count = 1 + draw.Below(MaxItems);
        for (var number = 0; number < count; number++)
        {
            var dish = draw.Below(Dishes);
            var menu = new Draw(seed, Draw.Subject.Dish, restaurant * (long)Dishes + dish);
            var name = $"{menu.Of(ShopWords.Manners)} {menu.Of(ShopWords.Meals)}";
            items.Add(new OrderItem(
                Id(order * (long)MaxItems + number), Id(order), string.Create(CultureInfo.InvariantCulture, $"R{Id(restaurant)}-{dish:00}"), name,
                1 + draw.Below(3), (350 + menu.Below(2_400)) / 100m));
        }

        return items;
    }

    /// <summary>placed, accepted, preparing, delivered; any step but the last may be followed by cancelled instead, and some are accepted in the moment they are placed.</summary>
    private List<OrderStatusChange> Changes(int order, ref Draw draw)
    {
        var changes = new List<OrderStatusChange>();
        var at = PlacedAt(order);
        string? from = null;
        var to = "placed";
        while (at < until && changes.Count < MaxChanges)
        {
            changes.Add(new OrderStatusChange(Id(order * (long)MaxChanges + changes.Count), Id(order), from, to, at));
            if (to is "delivered" or "cancelled")
                break;
            (from, to) = (to, draw.Chance(0.03) ? "cancelled" : to is "placed" ? "accepted" : to is "accepted" ? "preparing" : "delivered");
            at += to is "accepted" && draw.Chance(0.1) ? TimeSpan.Zero : TimeSpan.FromMilliseconds(1 + draw.Below(1_500_000));
        }

        return changes;
    }

    /// <summary>In order of the index, over all days, the last a moment before the end.</summary>
    private DateTimeOffset PlacedAt(long order)
    {
        var tick = TimeSpan.FromDays(Days).TotalMilliseconds / orders;
        return until - TimeSpan.FromMilliseconds(Math.Ceiling((orders - order) * tick));
    }

    private DateTimeOffset RestaurantOpened(int index) => PlacedAt(index * (long)OrdersPerRestaurant) - Minutes(1_440);

    private long Id(long index) => seed * IdsPerSeed + index + 1;

    private static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);

    private static string Phone(ref Draw draw)
    {
        var (area, line) = (100 + draw.Below(900), 1_000_000 + draw.Below(9_000_000));
        FormattableString text = draw.Below(4) switch
        {
            0 => $"+49 {area} {line}",
            1 => $"+49 ({area}) {line / 10_000}-{line % 10_000:0000}",
            2 => $"0049/{area}/{line}",
            _ => $"49.{area}.{line}",
        };
        return text.ToString(CultureInfo.InvariantCulture);
    }
}
