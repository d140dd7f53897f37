using LakehouseOperator.Cli.Tests.Samples;
using LakehouseOperator.Testing.Servers;

[assembly: AssemblyFixture(typeof(SharedS3))]

namespace LakehouseOperator.Cli.Tests.Samples;

/// <summary>From Redis to tables: the sample as a user runs it, in a folder and in a store.</summary>
public sealed class ShopTests(SharedS3 store)
{
    private static readonly string[] Tables = ["users", "restaurants", "locations", "orders", "order_items", "order_status_changes"];

    private static readonly Dictionary<string, string[]> Gold = new(StringComparer.Ordinal)
    {
        ["dim_user"] = ["user_id", "email", "phone", "created_at", "orders", "lifetime_value", "last_order_at", "segment"],
        ["dim_restaurant"] = ["restaurant_id", "name", "cuisine", "locations"],
        ["fact_order"] =
        [
            "order_id", "user_id", "restaurant_id", "location_id", "status", "currency", "item_count", "subtotal", "tax", "tip", "total", "placed_at", "placed_date",
            "delivered_at", "minutes_to_deliver",
        ],
        ["daily_revenue"] = ["date", "restaurant_id", "orders", "revenue", "running_revenue"],
        ["order_funnel_hourly"] = ["hour", "placed", "accepted", "delivered", "cancelled"],
    };

    [Fact]
    public async Task In_a_folder_every_entry_is_there_once_and_gold_is_what_the_shop_did()
    {
        await using var lake = await ShopLake.InFolderAsync();
        await ComeTrueAsync(lake);
        await ColumnsAreThoseOfTheInterfaceAsync(lake);
    }

    [Fact]
    public async Task In_a_store_every_entry_is_there_once_and_gold_is_what_the_shop_did()
    {
        await using var lake = await ShopLake.InStoreAsync(store);
        await ComeTrueAsync(lake);
    }

    private static async Task ComeTrueAsync(ShopLake lake)
    {
        await lake.ProduceAsync(seed: 1, orders: 3_000);
        await RunAsync(lake);
        await CountsAreThePrintedOnesAsync(lake);
        await GoldIsWhatTheShopDidAsync(lake);

        // Nothing new: no table gets a new version.
        var before = await VersionsAsync(lake);
        await RunAsync(lake);
        Assert.Equal(before, await VersionsAsync(lake));

        await lake.ProduceAsync(seed: 2, orders: 1_500);
        await RunAsync(lake);
        await CountsAreThePrintedOnesAsync(lake);
        await GoldIsWhatTheShopDidAsync(lake);

        // Every entry once more: bronze has it twice, silver and gold are as they were.
        await lake.ProduceAsync(seed: 2, orders: 1_500);
        await RunAsync(lake);
        await CountsAreThePrintedOnesAsync(lake, comeAgain: true);
        await GoldIsWhatTheShopDidAsync(lake);
    }

    private static async Task RunAsync(ShopLake lake)
    {
        var ended = await lake.RunAsync();
        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.All(ended.Json().GetProperty("resources").EnumerateArray(), resource =>
            Assert.True(resource.GetProperty("result").GetString() is "Ready" or "Succeeded" or "UpToDate" or "Passed", resource.ToString()));
    }

    private static async Task<string> VersionsAsync(ShopLake lake)
    {
        var selects = Tables.Select(static table => $"SELECT '{table}' AS t, max(_ingested_at) AS at, count(*) AS n FROM bronze.{table}");
        return string.Join('\n', await lake.QueryAsync($"SELECT * FROM ({string.Join(" UNION ALL ", selects)}) ORDER BY t"));
    }

    /// <param name="comeAgain">The last shop was produced twice.</param>
    private static async Task CountsAreThePrintedOnesAsync(ShopLake lake, bool comeAgain = false)
    {
        var sums = Tables.Select(static table => $"""
            SELECT '{table}' AS name, (SELECT count(*) FROM bronze.{table}) AS bronze, (SELECT count(DISTINCT _source_position) FROM bronze.{table}) AS positions,
              (SELECT count(*) FROM bronze.{table}__quarantine) AS quarantine, (SELECT count(*) FROM silver.{table}) AS silver
            """);
        foreach (var row in await lake.QueryAsync(string.Join(" UNION ALL ", sums)))
        {
            var count = lake.Counts[$"shop:{row.GetProperty("name").GetString()}"];
            Assert.Equal(count.Entries - count.Malformed, row.GetProperty("bronze").GetInt64());
            Assert.Equal(count.Entries - count.Malformed, row.GetProperty("positions").GetInt64());
            Assert.Equal(count.Malformed, row.GetProperty("quarantine").GetInt64());
            if (!comeAgain)
                Assert.Equal(count.Distinct, row.GetProperty("silver").GetInt64());
        }
    }

    /// <summary>One query for all of gold: a process each time is what takes long here.</summary>
    private static async Task GoldIsWhatTheShopDidAsync(ShopLake lake)
    {
        var expected = new ShopExpectations([.. lake.Models.DistinctBy(static model => model.OrderOf(0).Versions[0].Id)]);
        (string Table, string Columns, IReadOnlyList<string> Rows)[] tables =
        [
            ("dim_user", "user_id, email, phone, orders, lifetime_value, coalesce(epoch_ms(last_order_at)::VARCHAR, '-')", expected.Users),
            ("dim_restaurant", "restaurant_id, name, array_to_string([concat(l.location_id, ':', l.city) FOR l IN locations], ',')", expected.Restaurants),
            ("fact_order", "order_id, status, item_count, total, placed_date, coalesce(epoch_ms(delivered_at)::VARCHAR, '-')", expected.Orders),
            ("daily_revenue", "date, restaurant_id, orders, revenue, running_revenue", expected.Revenue),
            ("order_funnel_hourly", "epoch_ms(hour), placed, accepted, delivered, cancelled", expected.Funnel),
        ];
        var selects = tables.Select(static table => $"SELECT '{table.Table}' AS name, concat_ws('|', {table.Columns}) AS row FROM gold.{table.Table}");
        var found = (await lake.QueryAsync(string.Join(" UNION ALL ", selects)))
            .ToLookup(static row => row.GetProperty("name").GetString()!, static row => row.GetProperty("row").GetString()!);
        foreach (var (table, _, rows) in tables)
            Assert.Equal(rows, found[table].Order(StringComparer.Ordinal));
    }

    private static async Task ColumnsAreThoseOfTheInterfaceAsync(ShopLake lake)
    {
        foreach (var (table, columns) in Gold)
        {
            var row = Assert.Single(await lake.QueryAsync($"SELECT * FROM gold.{table} LIMIT 1"));
            Assert.Equal(columns, row.EnumerateObject().Select(static member => member.Name));
        }
    }
}
