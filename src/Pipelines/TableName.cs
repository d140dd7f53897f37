using System.Diagnostics.CodeAnalysis;

namespace LakehouseOperator.Pipelines;

/// <summary>
/// A table as users write it, <c>layer.table</c>. Both parts match <c>[a-z_][a-z0-9_]*</c>, at most 63 characters, so that they are at
/// once a folder, an object key and an SQL identifier without quoting. The suffix <c>__quarantine</c> is ours.
/// </summary>
public sealed record TableName(string Layer, string Table)
{
    public const string QuarantineSuffix = "__quarantine";

    /// <summary>The table that takes this one's quarantined records.</summary>
    public TableName Quarantine => this with { Table = Table + QuarantineSuffix };

    /// <summary>What an ingestion of this table writes.</summary>
    public static IReadOnlyList<string> WithQuarantine(string table) => [table, table + QuarantineSuffix];

    public bool IsQuarantine => Table.EndsWith(QuarantineSuffix, StringComparison.Ordinal);

    public static bool TryParse(string? text, [NotNullWhen(true)] out TableName? name)
    {
        name = null;
        if (text is null)
            return false;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0 || !IsPart(text.AsSpan(0, dot)) || !IsPart(text.AsSpan(dot + 1)))
            return false;
        name = new TableName(text[..dot], text[(dot + 1)..]);
        return true;
    }

    /// <exception cref="FormatException">The text is not <c>layer.table</c>.</exception>
    public static TableName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new FormatException($"\"{text}\" is not layer.table");

    public static bool IsPart(ReadOnlySpan<char> part)
    {
        if (part.Length is 0 or > 63 || char.IsAsciiDigit(part[0]))
            return false;
        foreach (var c in part)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '_')
                return false;
        }

        return true;
    }

    public override string ToString() => $"{Layer}.{Table}";
}
