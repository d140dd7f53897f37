namespace LakehouseOperator.Cli.Samples.Shop;

/// <summary>
/// The entries of a shop in the order in which they arrive: mostly that of events, with duplicates, late versions and malformed entries in between. Made in parts of
/// <see cref="Part"/> orders each, of which one is in memory; all that belongs to one key is in one part.
/// </summary>
internal sealed class ShopArrivals(ShopModel model, int seed) : IDisposable
{
    public const int Part = 1_000;

    /// <summary>Of well-formed entries that come a second time.</summary>
    public const double Duplicates = 0.02;

    /// <summary>Of versions of a key with several, all but the newest, that arrive after the newest.</summary>
    public const double Late = 0.10;

    /// <summary>In addition, for each well-formed one.</summary>
    public const double Malformed = 0.01;

    private readonly ShopJson json = new();
    private readonly bool[] begun = new bool[ShopStreams.Keys.Count];
    private readonly List<Arrival> arrivals = [];
    private readonly HashSet<(ShopStream, long)> keys = [];

    private readonly record struct Arrival(double At, ShopStream Stream, long Key, ShopEntryKind Kind, string Field, byte[] Payload);

    public void Dispose() => json.Dispose();

    /// <summary>To be enumerated as it goes: what a part holds is gone with the next.</summary>
    public IEnumerable<ShopEntry> All()
    {
        Array.Clear(begun);
        for (var from = 0L; from < model.Orders; from += Part)
        {
            Make((int)from, (int)Math.Min(model.Orders, from + Part));

            // Stable: what arrives at once keeps its order.
            foreach (var arrival in arrivals.OrderBy(static arrival => arrival.At))
            {
                var isFirst = arrival.Kind is not ShopEntryKind.Malformed && keys.Add((arrival.Stream, arrival.Key));
                yield return new ShopEntry(arrival.Stream, arrival.Kind, isFirst, arrival.Field, arrival.Payload);
            }
        }
    }

    private void Make(int from, int to)
    {
        arrivals.Clear();
        keys.Clear();
        foreach (var user in Between(from, to, ShopModel.OrdersPerUser))
            Versions(ShopStream.Users, user * (double)ShopModel.OrdersPerUser, model.UserVersions(user), static version => version.Id, json.Of);
        foreach (var restaurant in Between(from, to, ShopModel.OrdersPerRestaurant))
        {
            var at = restaurant * (double)ShopModel.OrdersPerRestaurant;
            Versions(ShopStream.Restaurants, at, model.RestaurantVersions(restaurant), static version => version.Id, json.Of);
            for (var number = 0; number < model.LocationsOf(restaurant); number++)
                Versions(ShopStream.Locations, at, model.LocationVersions(restaurant, number), static version => version.Id, json.Of);
        }

        for (var index = from; index < to; index++)
        {
            var story = model.OrderOf(index);
            foreach (var item in story.Items)
                Versions(ShopStream.OrderItems, index, [item], static version => version.Id, json.Of);
            Versions(ShopStream.Orders, index, story.Versions, static version => version.Id, json.Of);
            for (var step = 0; step < story.Changes.Count; step++)
                Versions(ShopStream.OrderStatusChanges, index + 3.0 * step, [story.Changes[step]], static version => version.Id, json.Of);
        }
    }

    /// <summary>Indexes of what comes once in <paramref name="every"/> orders, of which the first is in the part.</summary>
    private static IEnumerable<int> Between(int from, int to, int every)
    {
        for (var index = (from + every - 1) / every; index * (long)every < to; index++)
            yield return index;
    }

    private void Versions<T>(ShopStream stream, double at, IReadOnlyList<T> versions, Func<T, long> key, Func<T, byte[]> write)
    {
        var draw = new Draw(seed, Draw.Subject.Arrival, (key(versions[0]) * 8) + (long)stream);

        // However small a shop is, its streams have something of each kind.
        var isFirst = !begun[(int)stream];
        begun[(int)stream] = true;
        var newest = at + (3.0 * (versions.Count - 1));
        for (var number = 0; number < versions.Count; number++)
        {
            var payload = write(versions[number]);
            var isLate = draw.Chance(Late) && number < versions.Count - 1;
            var arrives = isLate ? newest + 1 + draw.Below(30) : at + (3.0 * number);
            Add(arrives, ShopEntryKind.Version, payload);
            if (draw.Chance(Duplicates) || (isFirst && number == 0))
                Add(arrives + draw.Below(60), ShopEntryKind.Duplicate, payload);
            if (draw.Chance(Malformed) || (isFirst && number == 0))
            {
                var flaw = draw.Of(Flaws.Of(stream));
                Add(arrives + draw.Share(), ShopEntryKind.Malformed, flaw.Spoil(stream, payload), flaw is Flaw.NoField ? "body" : ShopEntry.Json);
            }
        }

        void Add(double arrives, ShopEntryKind kind, byte[] bytes, string field = ShopEntry.Json) =>
            arrivals.Add(new Arrival(arrives, stream, key(versions[0]), kind, field, bytes));
    }
}
