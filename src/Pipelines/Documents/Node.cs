using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Pipelines.Documents;

/// <summary>Where a node begins. Lines and columns count from 1, columns in UTF-16 units.</summary>
/// <param name="Hidden">Its line may hold a secret and is never shown.</param>
public readonly record struct Origin(SourceText Source, int Line, int Column, bool Hidden = false)
{
    public Place Place => Source.PlaceAt(Line, Column, Hidden);
}

/// <summary>
/// A value of a document after aliases, merge keys and YAML 1.1 scalars are resolved, that is, a JSON value which knows where it was
/// written. Aliased nodes are shared, so a document is a graph without cycles; its expanded size is bounded by the reader.
/// </summary>
public abstract class Node(Origin origin)
{
    public Origin Origin { get; } = origin;

    /// <summary>What a person calls it, with the article: <c>a string</c>, <c>a list</c>, …</summary>
    public abstract string Described { get; }
}

/// <param name="Key">As JSON would spell it: the YAML key <c>n</c> is <c>false</c>.</param>
/// <param name="RawKey">As it was written.</param>
public sealed record Member(string Key, string RawKey, Origin Origin, Node Value);

public sealed class MappingNode(Origin origin, IReadOnlyList<Member> members) : Node(origin)
{
    private Dictionary<string, Member>? index;

    /// <summary>In the order of writing; keys are unique.</summary>
    public IReadOnlyList<Member> Members { get; } = members;

    public override string Described => "an object";

    public bool TryGet(string key, [NotNullWhen(true)] out Member? member)
    {
        index ??= Members.ToDictionary(m => m.Key, StringComparer.Ordinal);
        return index.TryGetValue(key, out member);
    }

    /// <summary>The member's value; null where there is none or it is YAML's null.</summary>
    public Node? this[string key] => TryGet(key, out var member) && member.Value is not ScalarNode { Kind: ScalarKind.Null } ? member.Value : null;
}

public sealed class SequenceNode(Origin origin, IReadOnlyList<Node> items) : Node(origin)
{
    public IReadOnlyList<Node> Items { get; } = items;

    public override string Described => "a list";
}

public enum ScalarKind
{
    Null,
    Bool,

    /// <summary>A whole number from -2^63 to 2^64-1.</summary>
    Integer,

    /// <summary>Finite.</summary>
    Float,
    String,
}

/// <summary>How the scalar was written; decides how positions inside it map to the file.</summary>
public enum ScalarLayout
{
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
}

/// <param name="text">The string; for other kinds JSON's spelling.</param>
/// <param name="raw">What was written, before resolution.</param>
/// <param name="endLine">Line on which it ends, from 1.</param>
/// <param name="endColumn">Column after its last character.</param>
public sealed class ScalarNode(Origin origin, ScalarKind kind, string text, string raw, ScalarLayout layout, int endLine, int endColumn) : Node(origin)
{
    public ScalarKind Kind { get; } = kind;

    public string Text { get; } = text;

    public string Raw { get; } = raw;

    public ScalarLayout Layout { get; } = layout;

    public int EndLine { get; } = endLine;

    public int EndColumn { get; } = endColumn;

    public bool IsTrue => Kind == ScalarKind.Bool && Text == "true";

    /// <summary>The number, where the scalar is one without a fraction that fits; <c>1.0</c> and <c>1e3</c> are whole, as they are for the API server.</summary>
    public bool TryGetInt64(out long value)
    {
        value = 0;
        if (Kind == ScalarKind.Integer)
            return long.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        if (Kind != ScalarKind.Float)
            return false;
        var number = double.Parse(Text, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsInteger(number) || Math.Abs(number) > 1L << 53)
            return false;
        value = (long)number;
        return true;
    }

    public bool TryGetDouble(out double value)
    {
        value = 0;
        return Kind is ScalarKind.Integer or ScalarKind.Float && double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    public override string Described => Kind switch
    {
        ScalarKind.Null => "nothing",
        ScalarKind.Bool => "a boolean",
        ScalarKind.Integer => "a whole number",
        ScalarKind.Float => "a number with a fraction",
        _ => "a string",
    };
}
