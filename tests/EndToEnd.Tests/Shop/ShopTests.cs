using System.Diagnostics;
using Amazon.S3.Model;
using LakehouseOperator.EndToEnd.Tests.Cluster;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.EndToEnd.Tests.Shop;

/// <summary>The shop's documents as they are, applied with kubectl to a real cluster, through what happens to pipelines: nothing is lost, nothing comes twice, nothing stays.</summary>
public sealed class ShopTests(LakeNode lake, ITestOutputHelper output)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(6);

    private static readonly string[] Checks =
    [
        "bronze-orders", "silver-orders", "silver-users", "silver-order-items", "silver-order-status-changes", "silver-restaurants", "silver-locations", "fact-order",
        "fact-order-references", "silver-orders-totals", "silver-items-references", "daily-revenue", "order-funnel-hourly",
    ];

    private readonly Stopwatch clock = new();

    [Fact]
    public async Task The_shop_is_exact_through_all_that_happens_to_it()
    {
        var node = await lake.NodeAsync();
        var kubectl = node.Kubectl;
        var shop = kubectl.In("shop");
        await lake.PublishServersAsync();
        await Installation.InstallAsync(kubectl);
        Said($"installed; {await Installation.MemoryAsync(node)}");
        using var world = new ShopWorld(lake);
        try
        {
            await world.ProduceAsync(seed: 1, orders: 1000);
            clock.Start();
            await FillsAsync(shop, world);
            Said(await Installation.MemoryAsync(node));
            await SurvivesKillsAsync(kubectl, world);
            await KeepsServingWhileASpecIsBadAsync(shop, world);
            await StopsAndGoesOnAsync(shop, world);
            await LeavesNothingBehindAsync(shop, world);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.Message}\n{await ToldAsync(kubectl)}", e);
        }
    }

    private async Task FillsAsync(Kubectl shop, ShopWorld world)
    {
        Succeeded(await shop.RunAsync("apply", "-f", ShopWorld.Documents));
        Succeeded(await shop.RunAsync("wait", "--for=condition=Ready", "--timeout=120s", "lakehouse/main"));
        Said("the Lakehouse is Ready");
        while (clock.Elapsed < Longest && (await world.CountAsync("gold.fact_order")).GetValueOrDefault("gold.fact_order") == 0)
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        Said("the first rows of gold are there");
        await world.UntilTablesAgreeAsync(Longest);
        Said("every table holds what was produced");
        Succeeded(await shop.RunAsync(["wait", "--for=condition=Passed", "--timeout=240s", .. Checks.Select(check => $"qc/{check}")]));
        Said("every check has passed");
    }

    /// <summary>The stream's pod in the midst of reading, and the operator in the midst of runs.</summary>
    private async Task SurvivesKillsAsync(Kubectl kubectl, ShopWorld world)
    {
        var shop = kubectl.In("shop");
        await world.ProduceAsync(seed: 2, orders: 1000);
        Succeeded(await shop.RunAsync("delete", "pods", "-l", "lakehouse.dev/kind=Ingestion", "--force", "--grace-period=0"));
        await world.ProduceAsync(seed: 3, orders: 500);
        await Installation.KillAsync(kubectl);
        await world.UntilTablesAgreeAsync(Longest);
        Said("every table holds what was produced, with the stream's pod and the operator killed meanwhile");
    }

    private async Task KeepsServingWhileASpecIsBadAsync(Kubectl shop, ShopWorld world)
    {
        var before = await world.CountAsync("gold.fact_order");
        Succeeded(await shop.RunAsync("patch", "xf", "fact-order", "--type=merge", "-p", """{"spec": {"sql": "SELECT order_id, statuz FROM silver.orders"}}"""));
        Succeeded(await shop.RunAsync("wait", "--for=condition=Stalled", "--timeout=60s", "xf/fact-order"));
        var said = Succeeded(await shop.RunAsync("get", "xf", "fact-order", "-o", """jsonpath={.status.conditions[?(@.type=="Ready")]}"""));
        Assert.Contains("SqlInvalid", said, StringComparison.Ordinal);
        Assert.Contains("statuz", said, StringComparison.Ordinal);
        await world.ProduceAsync(seed: 4, orders: 200);
        await world.UntilTablesAgreeAsync(Longest, "gold.fact_order");
        Assert.Equal(before, await world.CountAsync("gold.fact_order"));
        Succeeded(await shop.RunAsync("apply", "-f", ShopWorld.Documents));
        await world.UntilTablesAgreeAsync(Longest);
        Said("a bad spec kept its last good version, the others went on, and the mended one caught up");
    }

    private async Task StopsAndGoesOnAsync(Kubectl shop, ShopWorld world)
    {
        Succeeded(await shop.RunAsync("patch", "ingestion", "shop-events", "--type=merge", "-p", """{"spec": {"suspend": true}}"""));
        await UntilAsync("Suspended", () => shop.RunAsync("get", "ingestion", "shop-events", "-o", """jsonpath={.status.conditions[?(@.type=="Ready")].reason}"""));
        await UntilAsync("", () => shop.RunAsync("get", "pods", "-l", "lakehouse.dev/kind=Ingestion", "-o", "name"));
        var before = await world.CountAsync("bronze.orders");
        await world.ProduceAsync(seed: 5, orders: 200);
        Assert.Equal(before, await world.CountAsync("bronze.orders"));
        Succeeded(await shop.RunAsync("patch", "ingestion", "shop-events", "--type=merge", "-p", """{"spec": {"suspend": false}}"""));
        await world.UntilTablesAgreeAsync(Longest);
        Said("suspended and resumed");
    }

    private async Task LeavesNothingBehindAsync(Kubectl shop, ShopWorld world)
    {
        Succeeded(await shop.RunAsync("patch", "xf", "order-funnel-hourly", "--type=merge", "-p", """{"spec": {"deletionPolicy": "Delete"}}"""));
        Succeeded(await shop.RunAsync("delete", "xf", "order-funnel-hourly", "--timeout=120s"));
        using (var store = lake.Store())
        {
            var left = await store.ListObjectsV2Async(new ListObjectsV2Request { BucketName = LakeNode.Bucket, Prefix = "gold/order_funnel_hourly/" });
            Assert.DoesNotContain(left.S3Objects ?? [], found => found.Key.EndsWith(".parquet", StringComparison.Ordinal));
        }

        Succeeded(await shop.RunAsync("delete", "-f", ShopWorld.Documents, "--ignore-not-found", "--timeout=180s"));
        const string kinds = "deployments,jobs,pods,configmaps,networkpolicies";
        await UntilAsync("", () => shop.RunAsync("get", kinds, "-l", "app.kubernetes.io/managed-by=lakehouse-operator", "-o", "name"));
        await world.UntilTablesAgreeAsync(TimeSpan.FromSeconds(30)); // what is to be retained is
        Said("nothing is left in the cluster, and every table in the store");
    }

    private void Said(string what) => output.WriteLine($"{clock.Elapsed.TotalSeconds:0.0} s: {what}");

    /// <summary>Asks until the answer is as it should be, for two minutes.</summary>
    private static async Task UntilAsync(string expected, Func<Task<KubectlResult>> ask)
    {
        var since = Stopwatch.StartNew();
        string answer;
        while ((answer = Succeeded(await ask()).Trim()) != expected && since.Elapsed < TimeSpan.FromMinutes(2))
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        Assert.Equal(expected, answer);
    }

    private static string Succeeded(KubectlResult result) => result.Succeeded;

    private static async Task<string> ToldAsync(Kubectl kubectl)
    {
        var shop = kubectl.In("shop");
        return string.Join(
            '\n',
            (await shop.RunAsync("get", "lake", "--no-headers")).Output,
            (await shop.RunAsync("get", "pods", "--no-headers")).Output,
            string.Join('\n', (await shop.RunAsync("get", "events", "--sort-by=.lastTimestamp", "--no-headers")).Output.Split('\n').TakeLast(40)),
            await Installation.LogAsync(kubectl));
    }
}
