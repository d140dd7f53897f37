using System.Diagnostics;
using System.Text.RegularExpressions;

namespace LakehouseOperator.Faults.Stores;

/// <summary>
/// The steps of one run by name, in the order in which they began: what mutates a store, and the stages of runs. A name says the same in every run of the same
/// workload, whatever runs beside it: kind, key with unique parts masked, and how often it came before.
/// </summary>
public sealed partial class Steps(FaultPlan plan)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);
    private readonly List<string> names = [];

    /// <summary>Done before a step that is <see cref="Fault.Overtaken"/>.</summary>
    public Func<Task> Meanwhile { get; init; } = static () => Task.CompletedTask;

    /// <summary>Whether the plan's step came.</summary>
    public bool Fired { get; private set; }

    /// <summary>Whether the store takes nothing any more.</summary>
    public bool Gone => Fired && plan.Fault == Fault.Vanish;

    public IReadOnlyList<string> Names
    {
        get
        {
            lock (gate)
                return [.. names];
        }
    }

    /// <summary>Steps that could change an object, whether they did or not.</summary>
    public IEnumerable<string> Mutations => Names.Where(static name => !name.StartsWith("at ", StringComparison.Ordinal));

    /// <summary>Names the step, and says what shall become of it. A kill before it does not return.</summary>
    public Fault Enter(string kind, string key)
    {
        var masked = $"{kind} {Unique().Replace(key, "*")}";
        lock (gate)
        {
            var count = counts[masked] = counts.GetValueOrDefault(masked) + 1;
            var name = $"{masked} #{count}";
            names.Add(name);
            if (name != plan.Step || plan.Fault == Fault.None)
                return Fault.None;
            Fired = true;
        }

        if (plan.Fault == Fault.KillBefore)
            Kill();
        return plan.Fault;
    }

    /// <summary>As the kernel's OOM killer or a power cut ends a process: nothing of ours runs after it.</summary>
    public static void Kill()
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.CurrentThread.Join();
    }

    [GeneratedRegex(@"[0-9a-f]{32}|[0-9]{20}(?=\.checkpoint)")]
    private static partial Regex Unique();
}
