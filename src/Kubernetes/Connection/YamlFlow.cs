using System.Globalization;
using System.Text;

namespace LakehouseOperator.Kubernetes.Connection;

/// <summary>Reads YAML's quoted scalars and flow collections, of which JSON is a part, over as many lines as they take.</summary>
/// <param name="more">The next line that may belong to the value; null where there is none.</param>
internal sealed class YamlFlow(YamlReader.Line line, string begin, Func<string?> more)
{
    private const int Deepest = 64;

    private string text = begin;
    private int at;
    private int depth;

    /// <summary>What has not been read of the line.</summary>
    public string Rest => text[at..];

    public YamlNode Value()
    {
        if (++depth > Deepest)
            throw line.Wrong("is nested too deep");
        YamlNode node = Skip() switch
        {
            '{' => Mapping(),
            '[' => Sequence(),
            '"' or '\'' => new YamlNode.Scalar(Quoted()),
            '&' or '*' or '!' => throw line.Wrong("uses an anchor, an alias or a tag, which is not read here"),
            _ => Plain(Bare()),
        };
        depth--;
        return node;
    }

    /// <exception cref="FormatException">Something stands behind the value.</exception>
    public void End()
    {
        var rest = Rest.Trim();
        if (rest.Length > 0 && rest[0] != '#')
            throw line.Wrong("goes on behind the end of its value");
    }

    /// <summary>A scalar in quotes, on one line.</summary>
    public string Quoted()
    {
        var quote = text[at++];
        var value = new StringBuilder();
        while (at < text.Length)
        {
            var c = text[at++];
            if (c == quote && quote == '\'' && at < text.Length && text[at] == '\'')
                value.Append(text[at++]);
            else if (c == quote)
                return value.ToString();
            else if (c == '\\' && quote == '"')
                value.Append(Escape());
            else
                value.Append(c);
        }

        throw line.Wrong("has a quote that does not end on it, which is not read here");
    }

    /// <summary>A scalar without quotes: nothing, or a text.</summary>
    public static YamlNode.Scalar Plain(string value) => new(value is "" or "~" or "null" or "Null" or "NULL" ? null : value);

    private YamlNode.Mapping Mapping()
    {
        var members = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        at++;
        while (Skip() != '}')
        {
            var key = text[at] is '"' or '\'' ? Quoted() : Bare();
            if (Skip() != ':')
                throw line.Wrong($"has no colon behind the key {key}");
            at++;
            if (!members.TryAdd(key, Skip() is ',' or '}' ? new YamlNode.Scalar(null) : Value()))
                throw line.Wrong($"has the key {key} for the second time");
            if (Skip() == ',')
                at++;
            else if (text[at] != '}')
                throw line.Wrong("has neither a comma nor the end of the mapping where one belongs");
        }

        at++;
        return new YamlNode.Mapping(members);
    }

    private YamlNode.Sequence Sequence()
    {
        var items = new List<YamlNode>();
        at++;
        while (Skip() != ']')
        {
            items.Add(Value());
            if (Skip() == ',')
                at++;
            else if (text[at] != ']')
                throw line.Wrong("has neither a comma nor the end of the sequence where one belongs");
        }

        at++;
        return new YamlNode.Sequence(items);
    }

    private string Bare()
    {
        var start = at;
        while (at < text.Length && text[at] is not (',' or '}' or ']' or '{' or '[') && !(text[at] == ':' && (at + 1 == text.Length || text[at + 1] is ' ' or ',' or '}' or ']'))
            && !(text[at] == '#' && at > start && text[at - 1] == ' '))
        {
            at++;
        }

        return text[start..at].Trim();
    }

    /// <summary>Goes over spaces, comments and ends of lines to what comes next.</summary>
    private char Skip()
    {
        while (true)
        {
            while (at < text.Length && text[at] is ' ' or '\t')
                at++;
            if (at < text.Length && text[at] != '#')
                return text[at];
            text = more() ?? throw line.Wrong("begins what does not end");
            at = 0;
        }
    }

    private string Escape()
    {
        if (at >= text.Length)
            throw line.Wrong("has a quote that does not end on it, which is not read here");
        var c = text[at++];
        return c switch
        {
            'n' => "\n",
            't' or '\t' => "\t",
            'r' => "\r",
            '0' => "\0",
            '"' or '\\' or '/' or ' ' => c.ToString(),
            'x' => Code(2),
            'u' => Code(4),
            'U' => Code(8),
            _ => throw line.Wrong($"has the escape \\{c}, which is not read here"),
        };
    }

    private string Code(int digits)
    {
        if (at + digits > text.Length || !int.TryParse(text.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) || code > 0x10FFFF)
            throw line.Wrong("has an escape that is no character");
        at += digits;
        // Halves of a pair come one by one in JSON.
        return code is >= 0xD800 and <= 0xDFFF ? ((char)code).ToString() : char.ConvertFromUtf32(code);
    }
}
