namespace LakehouseOperator.Cli.Samples.Shop;

/// <summary>The streams of the shop, one a table.</summary>
internal enum ShopStream
{
    Users,
    Restaurants,
    Locations,
    Orders,
    OrderItems,
    OrderStatusChanges,
}

internal static class ShopStreams
{
    public static readonly IReadOnlyList<string> Keys = ["shop:users", "shop:restaurants", "shop:locations", "shop:orders", "shop:order_items", "shop:order_status_changes"];

    /// <summary>The stream's key in Redis.</summary>
    public static string Key(this ShopStream stream) => Keys[(int)stream];
}

/// <summary>A user as of <paramref name="UpdatedAt"/>.</summary>
/// <param name="Email">In the case in which it was typed.</param>
/// <param name="Phone">With whatever people put between digits.</param>
internal sealed record User(long Id, string Email, string Phone, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>A restaurant as of <paramref name="UpdatedAt"/>.</summary>
internal sealed record Restaurant(long Id, string Name, string Cuisine, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>One of a restaurant's places as of <paramref name="UpdatedAt"/>.</summary>
internal sealed record Location(long Id, long RestaurantId, string City, double Lat, double Lon, DateTimeOffset UpdatedAt);

/// <summary>An order as of <paramref name="UpdatedAt"/>.</summary>
/// <param name="Subtotal">What its items cost.</param>
/// <param name="Tip">Given at the door: 0 until delivered.</param>
internal sealed record Order(
    long Id, long UserId, long RestaurantId, long LocationId, string Status, decimal Subtotal, decimal Tax, decimal Tip, DateTimeOffset PlacedAt, DateTimeOffset UpdatedAt)
{
    public decimal Total => Subtotal + Tax + Tip;
}

internal sealed record OrderItem(long Id, long OrderId, string Sku, string Name, int Quantity, decimal UnitPrice);

/// <param name="From">Null at the first, which places the order.</param>
internal sealed record OrderStatusChange(long Id, long OrderId, string? From, string To, DateTimeOffset ChangedAt);

/// <summary>An order with all that ever happens to it.</summary>
/// <param name="Versions">As it was after each change, the oldest first; at least one.</param>
/// <param name="Changes">One for each version.</param>
internal sealed record OrderStory(IReadOnlyList<Order> Versions, IReadOnlyList<OrderItem> Items, IReadOnlyList<OrderStatusChange> Changes);
