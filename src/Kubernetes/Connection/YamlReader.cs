using System.Globalization;
using System.Text;

namespace LakehouseOperator.Kubernetes.Connection;

/// <summary>
/// Reads the YAML that kubeconfigs are written in: mappings, sequences, plain, quoted and block scalars, flow collections, so JSON too. Anchors, tags, several documents and
/// keys that are collections are refused rather than misread. This library refers to no YAML library so that it stays a leaf.
/// </summary>
internal sealed class YamlReader
{
    private const int Deepest = 64;

    private readonly List<Line> lines = [];
    private int next;
    private int depth;

    private YamlReader(string text)
    {
        var number = 0;
        foreach (var raw in text.Split('\n'))
            lines.Add(new Line(++number, raw.TrimEnd('\r')));
    }

    /// <exception cref="FormatException">It is not YAML, or a kind of it that is not read here; with the line.</exception>
    public static YamlNode Read(string text)
    {
        var reader = new YamlReader(text.TrimStart('\uFEFF'));
        if (reader.Peek() is { } first && first.Text.TrimEnd() is "---")
            reader.next++;
        var node = reader.Peek() is { } start ? reader.Block(start.Indent) : new YamlNode.Scalar(null);
        if (reader.Peek() is { } end && end.Text.TrimEnd() is "...")
            reader.next++;
        return reader.Peek() is { } rest
            ? throw rest.Wrong(rest.Text.StartsWith("---", StringComparison.Ordinal) ? "begins a second document" : "is indented otherwise than what it belongs to")
            : node;
    }

    /// <summary>The next line that says something.</summary>
    private Line? Peek()
    {
        while (next < lines.Count && lines[next].IsEmpty)
            next++;
        return next < lines.Count ? lines[next] : null;
    }

    private YamlNode Block(int indent)
    {
        var line = Peek()!;
        if (++depth > Deepest)
            throw line.Wrong("is nested too deep");
        var node = line.IsItem ? Sequence(indent) : line.SplitKey() is null ? Inline(line, line.Text, indent - 1) : Mapping(indent);
        depth--;
        return node;
    }

    private YamlNode.Sequence Sequence(int indent)
    {
        var items = new List<YamlNode>();
        while (Peek() is { IsItem: true } line && line.Indent == indent)
        {
            var rest = line.Text[1..];
            var inner = rest.TrimStart(' ');
            if (inner.Length == 0 || inner[0] == '#')
            {
                next++;
                items.Add(Nested(indent, sameIndent: false));
            }
            else
            {
                // What stands behind the dash is a block of its own, as far in as it stands.
                lines[next] = line with { Raw = new string(' ', indent + 1 + rest.Length - inner.Length) + inner };
                items.Add(Block(lines[next].Indent));
            }
        }

        return new YamlNode.Sequence(items);
    }

    private YamlNode.Mapping Mapping(int indent)
    {
        var members = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        while (Peek() is { IsItem: false } line && line.Indent == indent && line.Text.TrimEnd() is not ("..." or "---"))
        {
            var (key, rest) = line.SplitKey() ?? throw line.Wrong("is neither a key with a value nor an item");
            YamlNode value;
            if (rest.Length == 0 || rest[0] == '#')
            {
                next++;
                value = Nested(indent, sameIndent: true);
            }
            else
            {
                value = Inline(line, rest, indent);
            }

            if (!members.TryAdd(key, value))
                throw line.Wrong($"has the key {key} for the second time");
        }

        return new YamlNode.Mapping(members);
    }

    /// <summary>What follows a key or a dash on further lines; the items of a key's sequence may stand as far in as the key.</summary>
    private YamlNode Nested(int indent, bool sameIndent) =>
        Peek() is { } line && (line.Indent > indent || (sameIndent && line.Indent == indent && line.IsItem)) ? Block(line.Indent) : new YamlNode.Scalar(null);

    /// <summary>A value that begins on the line, in <paramref name="text"/>; it belongs to what stands at <paramref name="indent"/>.</summary>
    private YamlNode Inline(Line line, string text, int indent)
    {
        next++;
        switch (text[0])
        {
            case '|' or '>':
                return new YamlNode.Scalar(BlockScalar(line, text, indent));
            case '{' or '[' or '"' or '\'':
                var flow = new YamlFlow(line, text, () => Continuation(indent));
                var node = flow.Value();
                flow.End();
                return node;
            case '&' or '*' or '!' or '@' or '`' or '%':
                throw line.Wrong("uses an anchor, an alias or a tag, which is not read here");
            default:
                return YamlFlow.Plain(PlainScalar(text, indent));
        }
    }

    /// <summary>Lines that stand further in go on with it, until a comment or an empty line.</summary>
    private string PlainScalar(string text, int indent)
    {
        var plain = Line.WithoutComment(text);
        var isWhole = plain.Length < text.TrimEnd().Length;
        for (; !isWhole && next < lines.Count && !lines[next].IsEmpty && lines[next].Indent > indent; next++)
        {
            var further = lines[next];
            if (further.SplitKey() is not null)
                throw further.Wrong("is a key where a value goes on");
            var part = Line.WithoutComment(further.Text);
            isWhole = part.Length < further.Text.TrimEnd().Length;
            plain += " " + part;
        }

        return plain;
    }

    /// <summary>Takes the next line as the continuation of a value; null where it is none.</summary>
    private string? Continuation(int indent)
    {
        if (Peek() is not { } line || line.Indent <= indent)
            return null;
        next++;
        return line.Text;
    }

    private string BlockScalar(Line line, string header, int indent)
    {
        header = Line.WithoutComment(header);
        if (header is not ("|" or "|-" or "|+" or ">" or ">-" or ">+"))
            throw line.Wrong("begins a block scalar in a way that is not read here");
        var body = new List<string>();
        var inner = -1;
        for (; next < lines.Count; next++)
        {
            var raw = lines[next].Raw;
            var blank = raw.AsSpan().TrimEnd(' ').IsEmpty;
            if (!blank && lines[next].Indent <= indent)
                break;
            if (!blank && inner < 0)
                inner = lines[next].Indent;
            body.Add(blank || inner < 0 ? "" : raw[Math.Min(inner, raw.Length)..]);
        }

        var trailing = 0;
        while (body.Count > 0 && body[^1].Length == 0)
        {
            body.RemoveAt(body.Count - 1);
            trailing++;
        }

        var text = header[0] == '|' ? string.Join('\n', body) : Fold(body);
        return header.EndsWith('-') || text.Length == 0 ? text : header.EndsWith('+') ? text + new string('\n', trailing + 1) : text + "\n";
    }

    /// <summary>Single ends of lines are spaces, empty lines are ends of lines.</summary>
    private static string Fold(List<string> body)
    {
        var text = new StringBuilder();
        for (var i = 0; i < body.Count; i++)
        {
            if (body[i].Length == 0)
                text.Append('\n');
            else
                text.Append(i > 0 && body[i - 1].Length > 0 ? " " : "").Append(body[i]);
        }

        return text.ToString();
    }

    /// <summary>A line as it stands, with its number from 1.</summary>
    internal sealed record Line(int Number, string Raw)
    {
        public int Indent => Raw.Length - Raw.TrimStart(' ').Length;

        public string Text => Raw.TrimStart(' ');

        public bool IsEmpty => Raw.AsSpan().Trim() is var text && (text.IsEmpty || text[0] == '#');

        public bool IsItem => Text is var text && text.StartsWith('-') && (text.Length == 1 || text[1] == ' ');

        public static string WithoutComment(string text)
        {
            var comment = text.IndexOf(" #", StringComparison.Ordinal);
            return (comment < 0 ? text : text[..comment]).TrimEnd();
        }

        /// <returns>The key and what follows its colon; null where the line does not begin with a key.</returns>
        public (string Key, string Value)? SplitKey()
        {
            var text = Text;
            if (text.StartsWith('\t'))
                throw Wrong("is indented by a tab");
            if (text[0] is '"' or '\'')
            {
                var flow = new YamlFlow(this, text, static () => null);
                var key = flow.Quoted();
                return flow.Rest is { } rest && rest.StartsWith(':') && (rest.Length == 1 || rest[1] == ' ') ? (key, rest[1..].Trim()) : null;
            }

            if (text[0] is '{' or '[' or '|' or '>' or '&' or '*' or '!' or '?')
                return text.StartsWith("? ", StringComparison.Ordinal) ? throw Wrong("uses a complex key, which is not read here") : null;
            var plain = WithoutComment(text);
            var colon = plain.IndexOf(": ", StringComparison.Ordinal);
            if (colon < 0 && plain.EndsWith(':'))
                colon = plain.Length - 1;
            return colon < 0 ? null : (plain[..colon].TrimEnd(), text[(colon + 1)..].Trim());
        }

        public FormatException Wrong(string what) => new(string.Create(CultureInfo.InvariantCulture, $"line {Number} {what}"));
    }
}
