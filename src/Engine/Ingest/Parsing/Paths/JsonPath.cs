using System.Globalization;
using System.Text;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Ingest.Parsing.Paths;

/// <summary>A field of an object, or an element of an array.</summary>
/// <param name="Name">Null for an element.</param>
public readonly record struct JsonPathStep(string? Name, int Index);

/// <summary>
/// Where a column's value is: a field's name as it stands, or <c>$</c> followed by <c>.name</c>, <c>['any name']</c>, <c>["any name"]</c> and
/// <c>[0]</c>; in quotes a backslash takes the next character as it is. A path that leads nowhere means that the record has no value.
/// </summary>
public sealed record JsonPath(IReadOnlyList<JsonPathStep> Steps)
{
    /// <exception cref="DiagnosticException"><see cref="RecordCodes.PathInvalid"/></exception>
    public static JsonPath Parse(string text)
    {
        if (text.Length == 0)
            throw Invalid(text, "it is empty");
        if (text[0] != '$')
            return new JsonPath([new JsonPathStep(text, 0)]);
        var steps = new List<JsonPathStep>();
        for (var at = 1; at < text.Length;)
            steps.Add(text[at] == '.' ? ReadName(text, ref at) : ReadBracket(text, ref at));
        if (steps.Count == 0 || steps[0].Name is null)
            throw Invalid(text, "a record is an object, so a path begins with a field");
        return new JsonPath(steps);
    }

    private static JsonPathStep ReadName(string text, ref int at)
    {
        var start = ++at;
        while (at < text.Length && text[at] is not ('.' or '[' or ']' or '\'' or '"' or '*'))
            at++;
        if (at == start || (at < text.Length && text[at] is not ('.' or '[')))
            throw Invalid(text, at < text.Length && text[at] == '*' ? "wildcards are not supported" : "a name is missing after a dot");
        return new JsonPathStep(text[start..at], 0);
    }

    private static JsonPathStep ReadBracket(string text, ref int at)
    {
        if (text[at] != '[' || at + 1 == text.Length)
            throw Invalid(text, $"character {at + 1} should be . or [");
        return text[at + 1] is '\'' or '"' ? ReadQuoted(text, ref at) : ReadIndex(text, ref at);
    }

    private static JsonPathStep ReadIndex(string text, ref int at)
    {
        var close = text.IndexOf(']', at);
        if (close < 0 || !int.TryParse(text.AsSpan(at + 1, close - at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            throw Invalid(text, "an index is a number in brackets, from 0");
        at = close + 1;
        return new JsonPathStep(null, index);
    }

    private static JsonPathStep ReadQuoted(string text, ref int at)
    {
        var quote = text[at + 1];
        var name = new StringBuilder();
        for (at += 2; at < text.Length && text[at] != quote; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
                at++;
            name.Append(text[at]);
        }

        if (at + 1 >= text.Length || text[at + 1] != ']')
            throw Invalid(text, "a quoted name ends with its quote and ]");
        at += 2;
        return new JsonPathStep(name.ToString(), 0);
    }

    private static DiagnosticException Invalid(string text, string why) => new(
        RecordCodes.PathInvalid, $"\"{text}\" is not a path: {why}", "write a field's name, or a path such as $.user.id or $.items[0].price");
}
