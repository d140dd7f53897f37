namespace LakehouseOperator.Pipelines.Documents;

/// <summary>What a text may cost. Far above anything a person writes, far below what harms a process that reads it.</summary>
public static class DocumentBounds
{
    /// <summary>Characters of one file.</summary>
    public const int FileLength = 16 * 1024 * 1024;

    /// <summary>Nested lists and objects; the API server's own types stay below 20.</summary>
    public const int Depth = 100;

    /// <summary>Nodes, and characters in them, that aliases may add to one document.</summary>
    public const int AliasedNodes = 100_000;

    /// <inheritdoc cref="AliasedNodes"/>
    public const long AliasedCharacters = 4L * 1024 * 1024;

    /// <summary>Errors reported of one file; the rest would not help anyone.</summary>
    public const int ErrorsPerFile = 1000;
}
