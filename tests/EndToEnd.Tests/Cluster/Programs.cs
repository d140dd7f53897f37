using System.Globalization;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.EndToEnd.Tests.Cluster;

/// <summary>A process of ours on the node, as its kernel knows it; sizes in KiB.</summary>
/// <param name="Name">operator, runner or sql-worker.</param>
/// <param name="Anonymous">What no file stands behind.</param>
/// <param name="Peak">The most that was ever resident.</param>
/// <param name="Rights">Its user, the capabilities that it has and could have, whether it can gain privileges, and its seccomp mode.</param>
public sealed record ProgramSample(string Name, int Pid, long Resident, long Anonymous, long Peak, string Rights)
{
    /// <summary>The user 1654 without a capability, who can gain none, behind a filter of system calls.</summary>
    public const string Restricted = "1654 0000000000000000 0000000000000000 1 2";

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}: {Resident / 1024} MiB resident, {Anonymous / 1024} MiB of it anonymous, {Peak / 1024} MiB at most");
}

/// <summary>Looks at the processes of ours on the node every second, for as long as it is not disposed of: what the greatest of each program took, and whether one had rights.</summary>
public sealed class Programs : IAsyncDisposable
{
    private const string Script = """
        for one in /proc/[0-9]*; do
          argv=()
          mapfile -d '' -t argv <"$one/cmdline"
          case "${argv[0]-} ${argv[1]-}" in
            /app/lakehouse-operator*) name=operator ;;
            '/app/lakehouse-runner run') name=runner ;;
            '/app/lakehouse-runner sql-worker') name=sql-worker ;;
            *) continue ;;
          esac
          awk -v name=$name -v pid="${one#/proc/}" '{ of[$1] = $2 } END { print name, pid, of["VmRSS:"] + 0, of["RssAnon:"] + 0, of["VmHWM:"] + 0, of["Uid:"], of["CapEff:"], of["CapBnd:"], of["NoNewPrivs:"], of["Seccomp:"] }' "$one/status"
        done 2>/dev/null
        true
        """;

    private readonly CancellationTokenSource stop = new();
    private readonly Dictionary<string, ProgramSample> greatest = new(StringComparer.Ordinal);
    private readonly HashSet<string> wrong = new(StringComparer.Ordinal);
    private readonly Task watching;

    public Programs(Node node) => watching = WatchAsync(node);

    /// <summary>Those that run now.</summary>
    public static async Task<IReadOnlyList<ProgramSample>> NowAsync(Node node)
    {
        var lines = await node.ExecAsync("bash", "-c", Script);
        return [.. lines.Split('\n').Select(line => line.Split(' ')).Where(word => word is [_, _, _, _, not "0", _, _, _, _, _]).Select(word => new ProgramSample(
            word[0], Number(word[1]), Number(word[2]), Number(word[3]), Number(word[4]), string.Join(' ', word[5..])))];
    }

    /// <summary>Ends those of a program at once, as the kernel does when memory is short; how many there were.</summary>
    public static async Task<int> KillAsync(Node node, string name)
    {
        var found = (await NowAsync(node)).Where(sample => sample.Name == name).Select(sample => sample.Pid.ToString(CultureInfo.InvariantCulture)).ToList();
        if (found.Count > 0)
            _ = await node.ExecAsync(["sh", "-c", "kill -KILL \"$@\" 2>/dev/null; true", "kill", .. found]);
        return found.Count;
    }

    /// <summary>The greatest that was seen of each program, and that none had rights.</summary>
    public async Task<IReadOnlyList<ProgramSample>> EndAsync()
    {
        await stop.CancelAsync();
        await watching;
        Assert.Empty(wrong);
        return [.. greatest.Values.OrderBy(sample => sample.Name, StringComparer.Ordinal)];
    }

    private async Task WatchAsync(Node node)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                foreach (var sample in await NowAsync(node))
                {
                    if (!greatest.TryGetValue(sample.Name, out var known) || known.Peak < sample.Peak)
                        greatest[sample.Name] = sample;
                    if (sample.Rights != ProgramSample.Restricted)
                        _ = wrong.Add($"{sample.Name} {sample.Rights}");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Asked to stop.
        }
    }

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }
}
