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

    // Plain dictionaries and loops: every worker reads this list when it starts.
    private readonly Dictionary<string, Function> inExpressions = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Function> inFrom = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Function> families = [];

    private FunctionList(List<Function> functions)
    {
        foreach (var function in functions)
        {
            if (function.IsFamily)
                families.Add(function);
            else if (function.Kind is "scalar" or "aggregate" or "macro" or "binder")
                Add(inExpressions, function);
            else if (function.Kind is "table" or "table_macro")
                Add(inFrom, function);
        }
    }

    public static FunctionList Default => Loaded.Value;

    /// <summary>Names for "did you mean".</summary>
    public IEnumerable<string> AllowedInExpressions => inExpressions.Values.Where(static f => f.Verdict != FunctionVerdict.Refused).Select(static f => f.Name);

    public IEnumerable<string> AllowedInFrom => inFrom.Values.Where(static f => f.Verdict == FunctionVerdict.Allowed).Select(static f => f.Name);

    public FunctionVerdict InExpression(string name)
    {
        if (inExpressions.TryGetValue(name, out var function))
            return function.Verdict;
        foreach (var family in families)
        {
            if (name.StartsWith(family.Name.AsSpan(0, family.Name.Length - 1), StringComparison.OrdinalIgnoreCase))
                return family.Verdict;
        }

        return FunctionVerdict.Unknown;
    }

    public FunctionVerdict InFrom(string name) => inFrom.TryGetValue(name, out var function) ? function.Verdict : FunctionVerdict.Unknown;

    /// <summary>It makes several rows of one.</summary>
    public bool IsUnnesting(string name) => inExpressions.TryGetValue(name, out var function) && function.Kind == "binder";

    public bool IsAggregate(string name) => inExpressions.TryGetValue(name, out var function) && function.Kind == "aggregate";

    /// <summary>Lines <c>verdict kind name...</c>; <c>#</c> begins a comment line.</summary>
    internal static List<Function> Parse(TextReader reader)
    {
        var functions = new List<Function>();
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
            for (var word = 2; word < words.Length; word++)
                functions.Add(new Function(words[1], words[word], verdict));
        }

        return functions;
    }

    /// <summary>Where a name is of several kinds or schemas, the stricter verdict counts.</summary>
    private static void Add(Dictionary<string, Function> functions, Function function)
    {
        if (!functions.TryGetValue(function.Name, out var other) || other.Verdict < function.Verdict)
            functions[function.Name] = function;
    }

    private static FunctionList Load()
    {
        using var stream = typeof(FunctionList).Assembly.GetManifestResourceStream("functions.txt")
            ?? throw new InvalidOperationException("functions.txt is not in the assembly");
        using var reader = new StreamReader(stream);
        return new FunctionList(Parse(reader));
    }

    /// <param name="Kind">As <c>duckdb_functions()</c> calls it; <c>binder</c> for what it does not list.</param>
    /// <param name="Name">Of a family with a star at its end, such as <c>icu_collate_*</c>.</param>
    internal sealed record Function(string Kind, string Name, FunctionVerdict Verdict)
    {
        /// <summary>Not so an operator that ends in a star.</summary>
        public bool IsFamily => Name.Length > 1 && Name[^1] == '*' && (char.IsAsciiLetter(Name[0]) || Name[0] == '_');
    }
}
