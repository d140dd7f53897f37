using System.Collections.Frozen;
using System.IO.Enumeration;

namespace LakehouseOperator.Engine.SqlWorker.Judging;

internal enum FunctionVerdict
{
    Unknown,
    Allowed,

    /// <summary>Allowed; its value changes between runs over the same data.</summary>
    Varies,
    Refused,
}

/// <summary>
/// The reviewed list <c>functions.txt</c>: every function of the pinned DuckDB, by the place where it is called. What is not in it is refused;
/// a test compares it with <c>duckdb_functions()</c>, so that a new DuckDB brings its new functions to review.
/// </summary>
internal sealed class FunctionList
{
    private static readonly Lazy<FunctionList> Loaded = new(Load);

    private readonly FrozenDictionary<string, FunctionVerdict> inExpressions;
    private readonly FrozenDictionary<string, FunctionVerdict> inFrom;
    private readonly FrozenSet<string> aggregates;
    private readonly (string Pattern, FunctionVerdict Verdict)[] patterns;

    private FunctionList(IReadOnlyList<(string Kind, string Name, FunctionVerdict Verdict)> lines)
    {
        var plain = lines.Where(static l => !IsPattern(l.Name)).ToList();
        inExpressions = ByName(plain.Where(static l => l.Kind is "scalar" or "aggregate" or "macro"));
        inFrom = ByName(plain.Where(static l => l.Kind is "table" or "table_macro"));
        aggregates = plain.Where(static l => l.Kind == "aggregate").Select(static l => l.Name).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        patterns = [.. lines.Where(static l => l.Kind == "scalar" && IsPattern(l.Name)).Select(static l => (l.Name, l.Verdict))];
    }

    public static FunctionList Default => Loaded.Value;

    /// <summary>Names for "did you mean".</summary>
    public IEnumerable<string> AllowedInExpressions =>
        inExpressions.Where(static f => f.Value is FunctionVerdict.Allowed or FunctionVerdict.Varies).Select(static f => f.Key);

    public IEnumerable<string> AllowedInFrom => inFrom.Where(static f => f.Value == FunctionVerdict.Allowed).Select(static f => f.Key);

    public FunctionVerdict InExpression(string name)
    {
        if (inExpressions.TryGetValue(name, out var verdict))
            return verdict;
        foreach (var (pattern, of) in patterns)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, name))
                return of;
        }

        return FunctionVerdict.Unknown;
    }

    public FunctionVerdict InFrom(string name) => inFrom.GetValueOrDefault(name);

    public bool IsAggregate(string name) => aggregates.Contains(name);

    private static bool IsPattern(string name) => name.Length > 1 && name.EndsWith('*') && (char.IsAsciiLetter(name[0]) || name[0] == '_');

    /// <summary>Where a name is of several kinds or schemas, the stricter verdict counts.</summary>
    private static FrozenDictionary<string, FunctionVerdict> ByName(IEnumerable<(string Kind, string Name, FunctionVerdict Verdict)> lines) =>
        lines.GroupBy(static l => l.Name, static l => l.Verdict, StringComparer.OrdinalIgnoreCase)
            .ToFrozenDictionary(static g => g.Key, static g => g.Max(), StringComparer.OrdinalIgnoreCase);

    private static FunctionList Load()
    {
        using var stream = typeof(FunctionList).Assembly.GetManifestResourceStream("functions.txt")
            ?? throw new InvalidOperationException("functions.txt is not in the assembly");
        using var reader = new StreamReader(stream);
        return new FunctionList(Parse(reader));
    }

    /// <summary>Lines <c>verdict kind name...</c>; <c>#</c> begins a comment line.</summary>
    internal static List<(string Kind, string Name, FunctionVerdict Verdict)> Parse(TextReader reader)
    {
        var lines = new List<(string Kind, string Name, FunctionVerdict Verdict)>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var verdict = words[0] switch
            {
                "allow" => FunctionVerdict.Allowed,
                "varies" => FunctionVerdict.Varies,
                "refuse" => FunctionVerdict.Refused,
                _ => throw new FormatException($"functions.txt: \"{words[0]}\" is no verdict"),
            };
            foreach (var name in words[2..])
                lines.Add((words[1], name, verdict));
        }

        return lines;
    }
}
