using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Faults.Stores;
using LakehouseOperator.Faults.Tests.Mutants;
using LakehouseOperator.Faults.Tests.Oracles;
using LakehouseOperator.Faults.Tests.Worlds;

namespace LakehouseOperator.Faults.Tests;

/// <summary>What the harness is worth: each planted bug is found by some plan and oracle, and without one nothing is found.</summary>
public sealed class PowerTests(Session session)
{
    private const string Events = "bronze/events/_delta_log/";

    /// <summary>Whether one of two runs that write at once shows a bug hangs on who is first, so that each plan has several tries.</summary>
    private const int Rounds = 6;

    private static readonly Dictionary<string, (Mutant Mutant, string World, Fault Fault, string At, Reading Reading)> Planted = new(StringComparer.Ordinal)
    {
        ["a put-if-absent that overwrites"] = (
            new(Commit: static async (store, key, content) =>
            {
                await store.PutAsync(key, content, CancellationToken.None);
                return PutOutcome.Created;
            }),
            "fresh", Fault.Overtaken, Events, Reading.ByLog),
        ["a put-if-absent that reports Created though something is there"] = (
            new(Commit: static async (store, key, content) => await store.PutIfAbsentAsync(key, content, CancellationToken.None) == PutOutcome.Unknown ? PutOutcome.Unknown : PutOutcome.Created),
            "fresh", Fault.Overtaken, Events, Reading.ByLog),
        ["a put-if-absent that reports Created before anything is written"] = (
            new(Commit: static (_, _, _) => Task.FromResult(PutOutcome.Created), Only: "silver/orders/"), "fresh", Fault.None, "", Reading.ByLog),
        ["a lost reply that is taken for a failure and put again as another version"] = (
            new(Commit: static async (store, key, content) => await store.PutIfAbsentAsync(key, content, CancellationToken.None) is not PutOutcome.Unknown and var told
                ? told
                : await store.PutIfAbsentAsync(MutantStore.Next(key), content, CancellationToken.None)),
            "fresh", Fault.LoseReply, Events, Reading.ByLog),
        ["rows without their position"] = (Without("lakehouse.position/", Events), "fresh", Fault.None, "", Reading.ByLog),
        ["a position that is put after its rows"] = (
            new(Commit: static async (store, key, content) =>
            {
                var rows = MutantStore.Rewrite(content, static line => line.Contains("lakehouse.position/", StringComparison.Ordinal) ? null : line);
                var outcome = await store.PutIfAbsentAsync(key, rows, CancellationToken.None);
                if (outcome == PutOutcome.Created)
                    await store.PutAsync(key, content, CancellationToken.None);
                return outcome;
            }, Only: Events),
            "fresh", Fault.Vanish, "commit bronze/events/", Reading.ByLog),
        ["a position one record too early"] = (Moved(-1), "fresh", Fault.None, "", Reading.ByLog),
        ["a position one record too late"] = (Moved(1), "fresh", Fault.None, "", Reading.ByLog),
        ["a batch counter that stands still"] = (
            new(static (_, line) => line.Contains("lakehouse.position/", StringComparison.Ordinal) ? line.Replace("\\\"batch\\\":2", "\\\"batch\\\":1", StringComparison.Ordinal) : line, Only: Events),
            "fresh", Fault.None, "", Reading.ByLog),
        ["a commit that forgets one of its files"] = (DropsFirst("\"add\":", Events), "fresh", Fault.None, "", Reading.ByLog),
        ["quarantined records that the main commit does not name"] = (Without("lakehouse.pendingSide", "bronze/orders/"), "fresh", Fault.None, "", Reading.ByLog),
        ["a quarantine commit that is made again at each start"] = (Without("\"txn\":", "bronze/orders__quarantine/"), "fresh", Fault.None, "", Reading.ByLog),
        ["a quarantine commit that is never made again"] = (
            new(Commit: static (store, key, content) => SkipsAfterVanishing(store, key, content), Only: "bronze/orders__quarantine/"), "fresh", Fault.Vanish, "commit bronze/orders/", Reading.ByLog),
        ["a replaced table that keeps its old rows"] = (Without("\"remove\":", "silver/"), "onward", Fault.None, "", Reading.ByLog),
        ["a derived table that does not say what it was made from"] = (Without("lakehouse.inputs", "gold/"), "fresh", Fault.None, "", Reading.ByLog),
        ["a derived table that names other inputs than it read"] = (
            new(static (_, line) => line.Contains("lakehouse.inputs", StringComparison.Ordinal) ? line.Replace("\\\"dataVersion\\\":1", "\\\"dataVersion\\\":0", StringComparison.Ordinal) : line, Only: "silver/events/"),
            "fresh", Fault.None, "", Reading.ByLog),
        ["a file that is told stored and is not"] = (new(File: static (_, _, _) => Task.CompletedTask, Only: "gold/"), "fresh", Fault.None, "", Reading.ByLog),
        ["a file of which half is stored"] = (
            new(File: static async (store, key, path) =>
            {
                var bytes = await File.ReadAllBytesAsync(path);
                await store.PutAsync(key, bytes.AsMemory(0, bytes.Length / 2), CancellationToken.None);
            }, Only: "gold/"),
            "fresh", Fault.None, "", Reading.ByLog),
        ["a row that is lost on the way into its file"] = (
            new(File: static (store, key, path) => store.PutFileAsync(key, MutantStore.Again(path, "FROM {0} OFFSET 1"), CancellationToken.None), Only: "bronze/orders/part"),
            "fresh", Fault.None, "", Reading.ByLog),
        ["a value that changes on the way into its file"] = (
            new(File: static (store, key, path) => store.PutFileAsync(key, MutantStore.Again(path, "SELECT * REPLACE (user_id + 1 AS user_id) FROM {0}"), CancellationToken.None), Only: "bronze/orders/part"),
            "fresh", Fault.None, "", Reading.ByLog),
        ["a checkpoint that forgets a file"] = (
            new(File: static (store, key, path) => store.PutFileAsync(key, MutantStore.Again(path, "SELECT * FROM {0} WHERE \"add\" IS NULL OR \"add\".path <> (SELECT min(\"add\".path) FROM {0})"), CancellationToken.None), Only: "checkpoint"),
            "onward", Fault.None, "", Reading.ByLog),
        ["a checkpoint that forgets positions"] = (
            new(File: static (store, key, path) => store.PutFileAsync(key, MutantStore.Again(path, "SELECT * FROM {0} WHERE domainMetadata IS NULL"), CancellationToken.None), Only: "checkpoint"),
            "onward", Fault.None, "", Reading.ByLog),
        ["files of the version before that are removed too early"] = (
            new(Commit: static async (store, key, content) =>
            {
                var outcome = await store.PutIfAbsentAsync(key, content, CancellationToken.None);
                foreach (var line in System.Text.Encoding.UTF8.GetString(content.Span).Split('\n').Where(static line => line.StartsWith("{\"remove\":", StringComparison.Ordinal)))
                {
                    using var remove = System.Text.Json.JsonDocument.Parse(line);
                    await store.DeleteAsync(remove.RootElement.GetProperty("remove").GetProperty("path").GetString()!, CancellationToken.None);
                }

                return outcome;
            }, Only: "silver/"),
            "onward", Fault.None, "", Reading.ByLog),
        ["a reader that globs files"] = (new(), "fresh", Fault.Vanish, "store silver/", Reading.ByGlob),
    };

    public static TheoryData<string> Bugs => [.. Planted.Keys];

    [Theory]
    [MemberData(nameof(Bugs))]
    public async Task A_planted_bug_is_found(string bug)
    {
        var (mutant, worldName, fault, at, reading) = Planted[bug];
        var world = session[worldName];
        List<FaultPlan> plans = fault == Fault.None
            ? [FaultPlan.None]
            : [.. (await StepsAsync(world, mutant)).Where(step => step.Contains(at, StringComparison.Ordinal)).Select(step => new FaultPlan(step, fault))];
        var tried = 0;
        foreach (var plan in Enumerable.Repeat(plans, Rounds).SelectMany(static round => round))
        {
            tried++;
            if (await FindAsync(world, mutant, plan, reading) is not { } found)
                continue;
            TestContext.Current.SendDiagnosticMessage($"{bug}: found by plan {tried}, {plan}: {found}");
            return;
        }

        Assert.Fail($"{bug}: {plans.Count} plans found nothing in {Rounds} rounds");
    }

    [Theory]
    [InlineData("fresh", Fault.Vanish)]
    [InlineData("onward", Fault.Vanish)]
    public async Task Without_a_bug_the_same_plans_find_nothing(string worldName, Fault fault)
    {
        foreach (var step in session[worldName].Steps.Where(static step => step.StartsWith("commit ", StringComparison.Ordinal) || step.StartsWith("store silver", StringComparison.Ordinal)))
            Assert.Null(await FindAsync(session[worldName], new Mutant(), new FaultPlan(step, fault), Reading.ByLog));
    }

    /// <summary>A bug may take other steps than the engine does without it.</summary>
    private async Task<IReadOnlyList<string>> StepsAsync(World world, Mutant mutant)
    {
        using var life = world.Begin();
        var (_, steps) = await session.RunAsync(life, FaultPlan.None, (layer, store) => new MutantStore(store, mutant, layer + "/"));
        return steps.Names;
    }

    private async Task<string?> FindAsync(World world, Mutant mutant, FaultPlan plan, Reading reading)
    {
        using var life = world.Begin();
        Func<string, IObjectStore, IObjectStore> wrap = (layer, store) => new MutantStore(store, mutant, layer + "/");
        try
        {
            await session.RunAsync(life, plan, wrap, meanwhile: async () =>
            {
                await session.RunAsync(life, FaultPlan.None, wrap);
                life.Remember();
            });
            life.Remember();
            await LakeOracle.CheckAsync(life.Lake, reading);
            await session.FinishAsync(life, wrap);
            life.Remember();
            await LakeOracle.CheckCompleteAsync(life.Lake, world.Reference, reading);
            return null;
        }
        catch (ViolationException e)
        {
            return e.Message;
        }
    }

    private static Mutant Without(string text, string only) => new((_, line) => line.Contains(text, StringComparison.Ordinal) ? null : line, Only: only);

    private static Mutant Moved(int by) => new(
        (_, line) => line.Contains("lakehouse.position/", StringComparison.Ordinal)
            ? System.Text.RegularExpressions.Regex.Replace(line, "(record\\\\\":)([0-9]+)", match => match.Groups[1].Value + (long.Parse(match.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture) + by), System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1))
            : line,
        Only: Events);

    private static Mutant DropsFirst(string text, string only) => new(
        Commit: (store, key, content) =>
        {
            var dropped = false;
            var rest = MutantStore.Rewrite(content, line =>
            {
                if (dropped || !line.Contains(text, StringComparison.Ordinal))
                    return line;
                dropped = true;
                return null;
            });
            return store.PutIfAbsentAsync(key, rest, CancellationToken.None);
        },
        Only: only);

    /// <summary>Only the first process's commit of a version is made; a later process believes that somebody made it.</summary>
    private static async Task<PutOutcome> SkipsAfterVanishing(IObjectStore store, string key, ReadOnlyMemory<byte> content)
    {
        var main = new Uri(store.Location).LocalPath.Replace("__quarantine", "", StringComparison.Ordinal);
        var runId = System.Text.RegularExpressions.Regex.Match(System.Text.Encoding.UTF8.GetString(content.Span), "\"runId\":\"([0-9a-f]+)\"", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)).Groups[1].Value;
        var isOwnBatch = Directory.EnumerateFiles(Path.Combine(main, "_delta_log"), "*.json").Any(commit => File.ReadAllText(commit).Contains(runId, StringComparison.Ordinal));
        return isOwnBatch ? await store.PutIfAbsentAsync(key, content, CancellationToken.None) : PutOutcome.Created;
    }
}
