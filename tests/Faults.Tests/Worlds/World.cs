using System.Globalization;
using LakehouseOperator.Engine.Local;
using LakehouseOperator.Faults.Runs;
using LakehouseOperator.Faults.Tests.Oracles;

namespace LakehouseOperator.Faults.Tests.Worlds;

/// <summary>A workload that any number of lakes can be brought through: documents, source files, a time of day, and the lake that it begins with.</summary>
/// <param name="Base">Copied at the beginning of each life; null: there is no lake yet.</param>
public sealed record World(string Name, string Folder, LocalDocuments Documents, DateTimeOffset Now, string? Base)
{
    private int lives;

    /// <summary>What an undisturbed run ends with.</summary>
    public LakeTruth Reference { get; set; } = null!;

    /// <summary>What it ends with where another run follows, so much later that every backoff has passed: the sources have gone on meanwhile.</summary>
    public LakeTruth LaterReference { get; set; } = null!;

    /// <summary>The steps of an undisturbed run, in order.</summary>
    public IReadOnlyList<string> Steps { get; set; } = [];

    public string DocumentsPath => Path.Combine(Folder, "pipeline.yaml");

    public Life Begin()
    {
        var life = new Life(this, Path.Combine(Folder, "lives", Interlocked.Increment(ref lives).ToString(CultureInfo.InvariantCulture)));
        Directory.CreateDirectory(life.Folder);
        if (Base is { } start)
            Copy(start, life.Lake);
        return life;
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            var copy = Path.Combine(to, Path.GetFileName(file));
            File.Copy(file, copy);
            File.SetLastWriteTimeUtc(copy, File.GetLastWriteTimeUtc(file));
        }

        foreach (var folder in Directory.EnumerateDirectories(from))
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
    }
}

/// <summary>One lake of a world, from its beginning through faults to its end; deleted afterwards.</summary>
public sealed class Life(World world, string folder) : IDisposable
{
    public World World { get; } = world;

    public string Folder { get; } = folder;

    public string Lake => Path.Combine(Folder, "lake");

    public string Scratch => Path.Combine(Folder, "scratch");

    public Scene Scene => new(Lake, Scratch, now);

    public LakeTruth Reference => now == World.Now ? World.Reference : World.LaterReference;

    private static readonly TimeSpan Longer = TimeSpan.FromSeconds(10);
    private DateTimeOffset now = world.Now;
    private readonly Dictionary<string, string> commits = new(StringComparer.Ordinal);

    /// <summary>What runs from now on begins later than any backoff of a run before can have ended.</summary>
    public void PassTime() => now = World.Now + Longer;

    /// <summary>Remembers every commit of the lake; one that was seen before must still be what it was.</summary>
    /// <exception cref="ViolationException">It is gone or another.</exception>
    public void Remember()
    {
        if (!Directory.Exists(Lake))
            return;
        var now = Directory.EnumerateFiles(Lake, "*.json", SearchOption.AllDirectories)
            .Where(static path => path.Contains("/_delta_log/0", StringComparison.Ordinal))
            .ToDictionary(static path => path, File.ReadAllText, StringComparer.Ordinal);
        foreach (var (path, text) in commits)
        {
            if (now.GetValueOrDefault(path) != text)
                throw new ViolationException($"{Path.GetRelativePath(Lake, path)} was there, and is not what it was");
        }

        foreach (var (path, text) in now)
            commits[path] = text;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
