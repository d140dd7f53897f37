namespace LakehouseOperator.Engine.Ingest.Parsing.Paths;

/// <summary>
/// The columns' paths as one tree, so that a record is read once from front to back. Shared by all threads.
/// </summary>
internal sealed class PathNode
{
    private readonly List<PathNode> fields = [];
    private readonly List<PathNode> elements = [];
    private readonly List<int> columns = [];

    private PathNode(int number, JsonPathStep step)
    {
        Number = number;
        Step = step;
        Names = new NameTable([]);
    }

    /// <summary>Of the node within its tree; the root is 0.</summary>
    public int Number { get; }

    public JsonPathStep Step { get; }

    /// <summary>Columns that take this very value, mostly one or none.</summary>
    public IReadOnlyList<int> Columns => columns;

    /// <summary>The only thing wanted here is the value of one column.</summary>
    public int OnlyColumn { get; private set; } = -1;

    public bool HasFields => fields.Count > 0;

    public bool HasElements => elements.Count > 0;

    /// <summary>Names of the fields wanted below, by number as in <see cref="Field"/>.</summary>
    public NameTable Names { get; private set; }

    public PathNode Field(int number) => fields[number];

    public PathNode? Element(int index) => elements.Find(node => node.Step.Index == index);

    /// <summary>A column here or below, by which to name a fault.</summary>
    public int AnyColumn => columns.Count > 0 ? columns[0] : (HasFields ? fields[0] : elements[0]).AnyColumn;

    /// <param name="paths">By column.</param>
    /// <param name="nodes">How many nodes there are.</param>
    public static PathNode Build(IReadOnlyList<JsonPath> paths, out int nodes)
    {
        var count = 0;
        var root = new PathNode(count++, default);
        for (var column = 0; column < paths.Count; column++)
        {
            var node = root;
            foreach (var step in paths[column].Steps)
            {
                var children = step.Name is null ? node.elements : node.fields;
                var child = children.Find(candidate => candidate.Step == step);
                if (child is null)
                    children.Add(child = new PathNode(count++, step));
                node = child;
            }

            node.columns.Add(column);
        }

        nodes = count;
        root.Seal();
        return root;
    }

    private void Seal()
    {
        Names = new NameTable([.. fields.Select(static field => field.Step.Name!)]);
        OnlyColumn = columns.Count == 1 && !HasFields && !HasElements ? columns[0] : -1;
        foreach (var child in fields.Concat(elements))
            child.Seal();
    }
}
