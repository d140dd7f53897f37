using System.Diagnostics;
using System.Globalization;
using System.Text;
using LakehouseOperator.EndToEnd.Tests.Cluster;
using LakehouseOperator.Testing;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.EndToEnd.Tests.Shop;

/// <summary>The shop's documents as they are, applied with kubectl to a real cluster, through what happens to pipelines: nothing is lost, nothing comes twice, nothing stays.</summary>
public sealed class ShopTests(LakeNode lake, ITestOutputHelper output)
{
    /// <summary>Of what a machine with a core to itself does within a minute.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>All that there can be in the namespace, but Events and what Kubernetes keeps there by itself.</summary>
    private const string Everything = "secrets," + Told;

    /// <summary>What people may be shown who may not read Secrets.</summary>
    private const string Told = "deployments,replicasets,jobs,pods,configmaps,networkpolicies,serviceaccounts,services,persistentvolumeclaims,leases,lake";

    /// <summary>How a ServiceAccount's token begins: a header with its algorithm first.</summary>
    private const string Token = "eyJhbGci";

    private static readonly string[] Checks =
    [
        "bronze-orders", "silver-orders", "silver-users", "silver-order-items", "silver-order-status-changes", "silver-restaurants", "silver-locations", "fact-order",
        "fact-order-references", "silver-orders-totals", "silver-items-references", "daily-revenue", "order-funnel-hourly",
    ];

    private readonly Stopwatch clock = Stopwatch.StartNew();

    [Fact]
    public async Task The_shop_is_exact_through_all_that_happens_to_it()
    {
        var node = await lake.NodeAsync();
        var kubectl = node.Kubectl;
        var shop = kubectl.In("shop");
        Said("the node is Ready");
        var untouched = await EverythingAsync(shop);
        var installation = await Installation.InstallAsync(kubectl);
        Said("the operator is available");
        using var world = new ShopWorld(lake);
        await using var programs = new Programs(node);
        try
        {
            await world.ProduceAsync(seed: 1, orders: 1000);
            await FillsAsync(shop, world);
            await SaysWhatIsThereAsync(shop, world);
            await TellsNoSecretAsync(kubectl);
            await SurvivesKillsAsync(node, installation, world);
            await TellsNoSecretAsync(kubectl);
            await KeepsServingWhileASpecIsBadAsync(shop, world);
            await StopsAndGoesOnAsync(shop, world);
            await RunsOnRequestAsync(shop);
            await IdlesAsync(node);
            await LeavesNothingBehindAsync(shop, world, untouched);
            foreach (var program in await programs.EndAsync())
                Said($"the greatest {program}");
            foreach (var image in Directory.EnumerateFiles(Path.Combine(Repository.Root, "out", "images"), "*.txt").Order(StringComparer.Ordinal))
                Said($"image {(await File.ReadAllTextAsync(image)).Trim()}");
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.Message}\n{await ToldAsync(kubectl)}", e);
        }

        await installation.UninstallAsync();
        Said("nothing is left of the installation");
    }

    private async Task FillsAsync(Kubectl shop, ShopWorld world)
    {
        var applied = Stopwatch.StartNew();
        Succeeded(await shop.RunAsync("apply", "-f", ShopWorld.Documents));
        Succeeded(await shop.RunAsync("wait", "--for=condition=Ready", "--timeout=180s", "lakehouse/main"));
        Said($"the Lakehouse is Ready, {Seconds(applied)} after kubectl apply");
        while (applied.Elapsed < Longest && !(await lake.KeysAsync(LakeNode.Bucket)).Contains("gold/fact_order/_delta_log/00000000000000000000.json"))
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System);
        var first = Seconds(applied);
        Assert.NotEqual(0, (await world.CountAsync("gold.fact_order"))["gold.fact_order"]);
        Said($"the first rows of gold are there, {first} after kubectl apply");
        await world.UntilTablesAgreeAsync(Longest);
        Said($"every table holds what was produced, {Seconds(applied)} after kubectl apply");
        Succeeded(await shop.RunAsync(["wait", "--for=condition=Passed", "--timeout=300s", .. Checks.Select(check => $"qc/{check}")]));
        Said("every check has passed");
    }

    /// <summary>Status is the tables', and every pod that is still there keeps the rules.</summary>
    private async Task SaysWhatIsThereAsync(Kubectl shop, ShopWorld world)
    {
        await UntilEverythingIsReadyAsync(shop);
        await world.UntilTheStarAgreesAsync(Longest);
        foreach (var (name, table) in new[] { ("fact-order", "gold.fact_order"), ("silver-orders", "silver.orders"), ("silver-users", "silver.users") })
            await UntilAsync($"{world.Expected[table]}", () => shop.RunAsync("get", "xf", name, "-o", "jsonpath={.status.output.rows}"));
        var bronze = """jsonpath={.status.tables[?(@.name=="bronze.orders")].rows}+{.status.tables[?(@.name=="bronze.orders")].quarantined}""";
        await UntilAsync($"{world.Expected["bronze.orders"]}+{world.Expected["bronze.orders__quarantine"]}", () => shop.RunAsync("get", "ingestion", "shop-events", "-o", bronze));
        await UntilAsync("0", () => shop.RunAsync("get", "ingestion", "shop-events", "-o", "jsonpath={.status.lagRecords}"));
        Assert.NotEqual(0, await RestrictedPods.HoldAsync(shop));
        Said("status says so");
    }

    /// <summary>Neither the store's key, with which every pod here worked, nor a token that pods report with is in an object, an Event or a log.</summary>
    private async Task TellsNoSecretAsync(Kubectl kubectl)
    {
        var shop = kubectl.In("shop");
        var objects = Succeeded(await shop.RunAsync("get", $"{Told},events", "-o", "json"));
        var logs = new StringBuilder();
        foreach (var pod in Succeeded(await shop.RunAsync("get", "pods", "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            logs.AppendLine((await shop.RunAsync("logs", pod, "--all-containers")).Output); // of one that goes meanwhile there is none
        var log = await Installation.LogAsync(kubectl, lines: -1);
        Assert.Contains("fact-order", objects, StringComparison.Ordinal);
        Assert.Contains("ready", logs.ToString(), StringComparison.Ordinal); // the SQL workers say so
        Assert.Contains("fact-order", log, StringComparison.Ordinal);
        foreach (var told in new[] { objects, logs.ToString(), log })
        {
            Assert.DoesNotContain(lake.SecretKey, told, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(lake.SecretKey)).TrimEnd('='), told, StringComparison.Ordinal);
            Assert.DoesNotContain(Token, told, StringComparison.Ordinal);
        }

        Said("no secret is told");
    }

    /// <summary>The stream's pod in the midst of reading, its containers, runs in hand, and the operator in the midst of all that.</summary>
    private async Task SurvivesKillsAsync(Node node, Installation installation, ShopWorld world)
    {
        var shop = node.Kubectl.In("shop");
        await world.ProduceAsync(seed: 2, orders: 1000);
        Succeeded(await shop.RunAsync("delete", "pods", "-l", "lakehouse.dev/kind=Ingestion", "--force", "--grace-period=0"));
        await world.ProduceAsync(seed: 3, orders: 500);
        await installation.KillAsync();
        await world.UntilTablesAgreeAsync(Longest);
        Said("every table holds what was produced, with the stream's pod and the operator killed meanwhile");

        await world.ProduceAsync(seed: 4, orders: 500);
        var killed = await Programs.KillAsync(node, "runner");
        while (await Programs.KillAsync(node, "operator") == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        for (var i = 0; i < 5; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
            killed += await Programs.KillAsync(node, i % 2 == 0 ? "sql-worker" : "runner");
        }

        await world.UntilTablesAgreeAsync(Longest);
        await UntilEverythingIsReadyAsync(shop);
        Said($"and again, with {killed} processes of runs and the operator's ended by SIGKILL");
    }

    private async Task KeepsServingWhileASpecIsBadAsync(Kubectl shop, ShopWorld world)
    {
        var before = await world.CountAsync("gold.fact_order");
        Succeeded(await shop.RunAsync("patch", "xf", "fact-order", "--type=merge", "-p", """{"spec": {"sql": "SELECT order_id, statuz FROM silver.orders"}}"""));
        Succeeded(await shop.RunAsync("wait", "--for=condition=Stalled", "--timeout=120s", "xf/fact-order"));
        var said = Succeeded(await shop.RunAsync("get", "xf", "fact-order", "-o", """jsonpath={.status.conditions[?(@.type=="Ready")]}"""));
        Assert.Contains("SqlInvalid", said, StringComparison.Ordinal);
        Assert.Contains("statuz", said, StringComparison.Ordinal);
        await world.ProduceAsync(seed: 5, orders: 200);
        await world.UntilTablesAgreeAsync(Longest, "gold.fact_order");
        Assert.Equal(before, await world.CountAsync("gold.fact_order"));
        Succeeded(await shop.RunAsync("apply", "-f", ShopWorld.Documents));
        await world.UntilTablesAgreeAsync(Longest);
        await UntilEverythingIsReadyAsync(shop);
        Said("a bad spec kept its last good version, the others went on, and the mended one caught up");
    }

    private async Task StopsAndGoesOnAsync(Kubectl shop, ShopWorld world)
    {
        Succeeded(await shop.RunAsync("patch", "ingestion", "shop-events", "--type=merge", "-p", """{"spec": {"suspend": true}}"""));
        await UntilAsync("Suspended", () => shop.RunAsync("get", "ingestion", "shop-events", "-o", """jsonpath={.status.conditions[?(@.type=="Ready")].reason}"""));
        await UntilAsync("", () => shop.RunAsync("get", "pods", "-l", "lakehouse.dev/kind=Ingestion", "-o", "name"));
        var before = await world.CountAsync("bronze.orders");
        await world.ProduceAsync(seed: 6, orders: 200);
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System); // a stream commits every other second
        Assert.Equal(before, await world.CountAsync("bronze.orders"));
        Succeeded(await shop.RunAsync("patch", "ingestion", "shop-events", "--type=merge", "-p", """{"spec": {"suspend": false}}"""));
        await world.UntilTablesAgreeAsync(Longest);
        Said("suspended and resumed");
    }

    private async Task RunsOnRequestAsync(Kubectl shop)
    {
        Succeeded(await shop.RunAsync("annotate", "xf", "daily-revenue", "lakehouse.dev/requested-at=now", "--overwrite"));
        await UntilAsync("now", () => shop.RunAsync("get", "xf", "daily-revenue", "-o", "jsonpath={.status.lastHandledRequest}"));
        await UntilEverythingIsReadyAsync(shop);
        Said("ran on request");
    }

    /// <summary>Without a run, and the operator has had the time to give memory back.</summary>
    private async Task IdlesAsync(Node node)
    {
        await UntilAsync("", () => node.Kubectl.In("shop").RunAsync("get", "jobs", "-o", "name"));
        await Task.Delay(TimeSpan.FromSeconds(40), TimeProvider.System);
        foreach (var program in await Programs.NowAsync(node))
            Said($"with nothing to do, {program}");
    }

    /// <summary>One table is kept, since nobody said otherwise; what says Delete goes with all its objects, and with them everything in the cluster.</summary>
    private async Task LeavesNothingBehindAsync(Kubectl shop, ShopWorld world, string untouched)
    {
        var users = await world.CountAsync("gold.dim_user");
        Succeeded(await shop.RunAsync("delete", "xf", "dim-user", "--timeout=120s"));
        foreach (var kind in new[] { "ingestions", "transformations" })
        {
            foreach (var name in Succeeded(await shop.RunAsync("get", kind, "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                Succeeded(await shop.RunAsync("patch", name, "--type=merge", "-p", """{"spec": {"deletionPolicy": "Delete"}}"""));
        }

        await UntilAsync("", async () =>
        {
            var taken = await shop.RunAsync("get", "ingestions,transformations", "-o", """jsonpath={range .items[*]}{.metadata.generation}={.status.observedGeneration}={.metadata.finalizers}{"\n"}{end}""");
            return taken with
            {
                Output = string.Join(' ', taken.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Where(line => line.Split('=') is not [var spec, var seen, var held] || spec != seen || !held.Contains("lakehouse.dev/tables", StringComparison.Ordinal))),
            };
        });
        Succeeded(await shop.RunAsync("delete", "ingestions,transformations,qualitychecks", "--all", "--timeout=400s"));

        // A process that is killed while it tries the store leaves a few bytes, which a later one removes after an hour.
        Assert.Equal([], (await lake.KeysAsync(LakeNode.Bucket)).Where(key =>
            !key.StartsWith("gold/dim_user/", StringComparison.Ordinal) && !key.EndsWith("/_lakehouse/owner.json", StringComparison.Ordinal) && !key.Contains("/_lakehouse/probe/", StringComparison.Ordinal)));
        Assert.Equal(users, await world.CountAsync("gold.dim_user"));
        Succeeded(await shop.RunAsync("delete", "lakehouse", "main", "--timeout=120s"));
        Assert.DoesNotContain("TablesRetained", Succeeded(await shop.RunAsync("get", "events", "-o", "jsonpath={.items[*].reason}")), StringComparison.Ordinal);
        await UntilAsync(untouched, async () => new KubectlResult(0, await EverythingAsync(shop), ""));
        Said("nothing is left in the cluster, and in the store one table, which was to be retained");
    }

    private static async Task<string> EverythingAsync(Kubectl shop)
    {
        var kinds = Everything;
        var found = await shop.RunAsync("get", kinds, "-o", "name");
        if (found.ExitCode != 0) // our kinds are not there before the chart, and none is ours then
            found = await shop.RunAsync("get", kinds[..kinds.LastIndexOf(',')], "-o", "name");
        return Succeeded(found).Trim();
    }

    private static Task UntilEverythingIsReadyAsync(Kubectl shop) => UntilAsync("", async () =>
    {
        var states = await shop.RunAsync("get", "lake", "-o", """jsonpath={range .items[*]}{.metadata.name}: {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}""");
        return states with { Output = string.Join(", ", states.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.EndsWith(": True", StringComparison.Ordinal))) };
    });

    private void Said(string what) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds,6:0.0} s: {what}"));

    private static string Seconds(Stopwatch since) => string.Create(CultureInfo.InvariantCulture, $"{since.Elapsed.TotalSeconds:0.0} s");

    /// <summary>Asks until the answer is as it should be, for five minutes.</summary>
    private static async Task UntilAsync(string expected, Func<Task<KubectlResult>> ask)
    {
        var since = Stopwatch.StartNew();
        string answer;
        while ((answer = Succeeded(await ask()).Trim()) != expected && since.Elapsed < TimeSpan.FromMinutes(5))
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
            string.Join('\n', (await shop.RunAsync("get", "events", "--sort-by=.lastTimestamp", "--no-headers")).Output.Split('\n').TakeLast(60)),
            (await shop.RunAsync("logs", "-l", "app.kubernetes.io/managed-by=lakehouse-operator", "--all-containers", "--prefix", "--tail=20")).Output,
            await Installation.LogAsync(kubectl));
    }
}
