using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LakehouseOperator.Cli.Samples.Shop;

/// <summary>Rows as the shop writes them: amounts as texts, times in UTC with milliseconds. One at a time.</summary>
internal sealed class ShopJson : IDisposable
{
    /// <summary>Of an order, whose sums mean something in one currency only.</summary>
    public const string Currency = "EUR";

    private readonly ArrayBufferWriter<byte> buffer = new(512);
    private readonly Utf8JsonWriter json;

    public ShopJson() => json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public void Dispose() => json.Dispose();

    public byte[] Of(User user)
    {
        Begin(user.Id);
        json.WriteString("email"u8, user.Email);
        json.WriteString("phone"u8, user.Phone);
        Time("created_at"u8, user.CreatedAt);
        Time("updated_at"u8, user.UpdatedAt);
        return End();
    }

    public byte[] Of(Restaurant restaurant)
    {
        Begin(restaurant.Id);
        json.WriteString("name"u8, restaurant.Name);
        json.WriteString("cuisine"u8, restaurant.Cuisine);
        Time("created_at"u8, restaurant.CreatedAt);
        Time("updated_at"u8, restaurant.UpdatedAt);
        return End();
    }

    public byte[] Of(Location location)
    {
        Begin(location.Id);
        json.WriteNumber("restaurant_id"u8, location.RestaurantId);
        json.WriteString("city"u8, location.City);
        json.WriteNumber("lat"u8, location.Lat);
        json.WriteNumber("lon"u8, location.Lon);
        Time("updated_at"u8, location.UpdatedAt);
        return End();
    }

    public byte[] Of(Order order)
    {
        Begin(order.Id);
        json.WriteNumber("user_id"u8, order.UserId);
        json.WriteNumber("restaurant_id"u8, order.RestaurantId);
        json.WriteNumber("location_id"u8, order.LocationId);
        json.WriteString("status"u8, order.Status);
        json.WriteString("currency"u8, Currency);
        Amount("subtotal"u8, order.Subtotal);
        Amount("tax"u8, order.Tax);
        Amount("tip"u8, order.Tip);
        Amount("total"u8, order.Total);
        Time("placed_at"u8, order.PlacedAt);
        Time("updated_at"u8, order.UpdatedAt);
        return End();
    }

    public byte[] Of(OrderItem item)
    {
        Begin(item.Id);
        json.WriteNumber("order_id"u8, item.OrderId);
        json.WriteString("sku"u8, item.Sku);
        json.WriteString("name"u8, item.Name);
        json.WriteNumber("quantity"u8, item.Quantity);
        Amount("unit_price"u8, item.UnitPrice);
        return End();
    }

    public byte[] Of(OrderStatusChange change)
    {
        Begin(change.Id);
        json.WriteNumber("order_id"u8, change.OrderId);
        json.WriteString("from_status"u8, change.From);
        json.WriteString("to_status"u8, change.To);
        Time("changed_at"u8, change.ChangedAt);
        return End();
    }

    private void Begin(long id)
    {
        buffer.ResetWrittenCount();
        json.Reset();
        json.WriteStartObject();
        json.WriteNumber("id"u8, id);
    }

    private byte[] End()
    {
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private void Amount(ReadOnlySpan<byte> name, decimal amount)
    {
        Span<char> text = stackalloc char[32];
        amount.TryFormat(text, out var length, "0.00", CultureInfo.InvariantCulture);
        json.WriteString(name, text[..length]);
    }

    private void Time(ReadOnlySpan<byte> name, DateTimeOffset time)
    {
        Span<char> text = stackalloc char[32];
        time.UtcDateTime.TryFormat(text, out var length, "yyyy-MM-ddTHH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        json.WriteString(name, text[..length]);
    }
}
