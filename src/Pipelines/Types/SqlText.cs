namespace LakehouseOperator.Pipelines.Types;

/// <summary>Names and strings as SQL text. Always quoted: which words DuckDB reserves changes with its versions.</summary>
public static class SqlText
{
    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Any characters but NUL, which no SQL text can hold.</summary>
    /// <exception cref="ArgumentException">The string holds NUL.</exception>
    public static string String(string value) => value.Contains('\0', StringComparison.Ordinal)
        ? throw new ArgumentException("a string literal cannot hold NUL", nameof(value))
        : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
}
