using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Tests.Servers;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Kubernetes.Tests.Watching;

/// <summary>Whatever happens on the server, and however lists and watches go wrong meanwhile, the store ends equal to the server, and so does who only hears of its changes.</summary>
public sealed class AnyHistoryTests
{
    private static readonly string[] Names = ["a", "b", "c", "d", "e", "f"];
    private static readonly Fault[] Faults = [Fault.Error, Fault.Gone, Fault.Cut, Fault.End, Fault.HalfOpen, Fault.Replay];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 24)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task The_store_ends_equal_to_the_server(int seed)
    {
        var random = new Random(seed);
        var calm = false;
        Fault Next()
        {
            lock (random)
                return Volatile.Read(ref calm) || random.Next(100) < 40 ? Fault.None : Faults[random.Next(Faults.Length)];
        }

        await using var server = new ModelApiServer(random.Next(1, 4), _ => Next());
        await using var run = Running.Start(server.Http, new FastTime(300), seed: seed, watch: new WatchOptions { Timeout = TimeSpan.FromMinutes(2) });
        var steps = random.Next(30, 80);
        for (var i = 0; i < steps; i++)
        {
            int kind;
            string name;
            lock (random)
                (kind, name) = (random.Next(10), Names[random.Next(Names.Length)]);
            switch (kind)
            {
                case < 5:
                    server.Put(name);
                    break;
                case < 8:
                    server.Delete(name);
                    break;
                case 8:
                    server.Compact();
                    break;
                default:
                    // Lets the informer catch up with some of it.
                    await Task.Delay(TimeSpan.FromMilliseconds(3), TimeProvider.System);
                    break;
            }
        }

        Volatile.Write(ref calm, true);
        await Until.TrueAsync(() => run.Store.IsSynced && Same(server.State, run), "the store equals the server");
        await run.IsToldAsync(one => one.Mirror.Count == server.State.Count && one.Mirror.All(pair => server.State.GetValueOrDefault(pair.Key) == pair.Value), "all is told");
        lock (run.Told)
            Assert.Equal(server.State, run.Mirror);
    }

    private static bool Same(Dictionary<string, string> server, Running run)
    {
        var keys = run.Store.Keys;
        return keys.Count == server.Count && keys.All(key => run.Store.TryGet(key, out var item) && server.GetValueOrDefault(key.Name) == item);
    }
}
