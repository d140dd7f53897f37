using System.Text;
using LakehouseOperator.Pipelines.Codes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LakehouseOperator.Pipelines.Documents;

/// <summary>
/// One chunk of a file as trees of nodes. The parser's events are composed here, because only here are positions, bounds, duplicate keys and
/// kubectl's reading of scalars at hand. Whatever is wrong becomes a diagnostic; a syntax error ends the chunk.
/// </summary>
internal sealed class YamlReader
{
    private readonly SourceText source;
    private readonly Chunk chunk;
    private readonly bool hidden;
    private readonly List<Diagnostic> diagnostics;
    private readonly Parser parser;
    private readonly Dictionary<string, Node?> anchors = new(StringComparer.Ordinal);
    private readonly Dictionary<Node, (long Nodes, long Characters)> weights = new(ReferenceEqualityComparer.Instance);
    private long aliasedNodes;
    private long aliasedCharacters;

    private YamlReader(SourceText source, Chunk chunk, List<Diagnostic> diagnostics)
    {
        this.source = source;
        this.chunk = chunk;
        this.diagnostics = diagnostics;

        // What a document is, is known only once it is parsed; a text that speaks of Secrets is never quoted.
        hidden = source.Text.AsSpan(chunk.Start, chunk.End - chunk.Start).Contains("Secret", StringComparison.Ordinal);
        parser = new Parser(new PeekingScanner(new StringReader(source.Text[chunk.Start..chunk.End])));
    }

    /// <summary>The documents of the chunk, empty ones left out.</summary>
    public static IReadOnlyList<Node> Read(SourceText source, Chunk chunk, List<Diagnostic> diagnostics)
    {
        var reader = new YamlReader(source, chunk, diagnostics);
        var forbidden = YamlStream.FirstForbidden(source.Text.AsSpan(chunk.Start, chunk.End - chunk.Start));
        if (forbidden >= 0)
        {
            var character = (int)source.Text[chunk.Start + forbidden];
            reader.Report(DocumentCodes.Syntax, reader.OriginAt(forbidden), $"the character U+{character:X4} is not allowed in YAML", "write it as an escape in a double-quoted string");
            return [];
        }

        var documents = new List<Node>();
        try
        {
            reader.ReadStream(documents);
        }
        catch (UnreadableException)
        {
            // Already reported.
        }
        catch (YamlException error)
        {
            reader.Report(DocumentCodes.Syntax, reader.OriginOf(error), Sentence(error.Message), null);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            // Boundary to the parser: on hostile texts it has failed in these ways too.
            reader.Report(DocumentCodes.Syntax, reader.OriginAt(reader.parser.Current?.Start.Index ?? 0), "this is not YAML", null);
        }

        return documents;
    }

    private void ReadStream(List<Node> documents)
    {
        while (parser.MoveNext())
        {
            if (parser.Current is not DocumentStart)
                continue;
            anchors.Clear();
            weights.Clear();
            aliasedNodes = 0;
            aliasedCharacters = 0;
            parser.MoveNext();
            var root = Compose(1);
            if (root is not ScalarNode { Kind: ScalarKind.Null })
                documents.Add(root);
        }
    }

    /// <summary>The node that begins at the current event; the current event is its last one afterwards.</summary>
    private Node Compose(int depth)
    {
        var current = parser.Current ?? throw new InvalidOperationException("the stream ended inside a document");
        if (depth > DocumentBounds.Depth)
            throw Unreadable(DocumentCodes.Bound, current.Start.Index, $"lists and objects are nested more than {DocumentBounds.Depth} deep", null);
        if (current is AnchorAlias alias)
            return Dereference(alias);

        var anchor = (current as NodeEvent)?.Anchor ?? AnchorName.Empty;
        if (!anchor.IsEmpty)
            anchors[anchor.Value] = null;
        Node node = current switch
        {
            Scalar scalar => ComposeScalar(scalar),
            SequenceStart => ComposeSequence(depth),
            MappingStart => ComposeMapping(depth),
            _ => throw new InvalidOperationException("the parser is between nodes"),
        };
        if (!anchor.IsEmpty)
            anchors[anchor.Value] = node;
        return node;
    }

    private Node Dereference(AnchorAlias alias)
    {
        if (!anchors.TryGetValue(alias.Value.Value, out var node))
            throw Unreadable(DocumentCodes.Syntax, alias.Start.Index, $"no anchor &{alias.Value.Value} comes before this alias", null);
        if (node is null)
            throw Unreadable(DocumentCodes.Syntax, alias.Start.Index, $"the anchor &{alias.Value.Value} contains itself", null);
        var (nodes, characters) = Weigh(node);
        aliasedNodes += nodes;
        aliasedCharacters += characters;
        if (aliasedNodes > DocumentBounds.AliasedNodes || aliasedCharacters > DocumentBounds.AliasedCharacters)
            throw Unreadable(DocumentCodes.Bound, alias.Start.Index, "aliases blow this document up beyond any use", "write out what is meant");
        return node;
    }

    /// <summary>The size of a node with its aliases expanded. Bounded, because every alias inside it was counted when it was read.</summary>
    private (long Nodes, long Characters) Weigh(Node node)
    {
        if (weights.TryGetValue(node, out var weight))
            return weight;
        long nodes = 1;
        long characters = 0;
        switch (node)
        {
            case ScalarNode scalar:
                characters = scalar.Text.Length;
                break;
            case SequenceNode sequence:
                foreach (var item in sequence.Items)
                    Add(item);
                break;
            case MappingNode mapping:
                foreach (var member in mapping.Members)
                {
                    Add(member.Value);
                    characters += member.Key.Length;
                }

                break;
        }

        return weights[node] = (nodes, characters);

        void Add(Node child)
        {
            var (n, c) = Weigh(child);
            nodes += n;
            characters += c;
        }
    }

    private ScalarNode ComposeScalar(Scalar scalar)
    {
        var origin = OriginAt(scalar.Start.Index);
        var layout = scalar.Style switch
        {
            ScalarStyle.SingleQuoted => ScalarLayout.SingleQuoted,
            ScalarStyle.DoubleQuoted => ScalarLayout.DoubleQuoted,
            ScalarStyle.Literal => ScalarLayout.Literal,
            ScalarStyle.Folded => ScalarLayout.Folded,
            _ => ScalarLayout.Plain,
        };
        var (kind, text) = Tagged(scalar, layout == ScalarLayout.Plain, origin);
        var (endLine, endColumn) = source.Locate(chunk.Start + (int)scalar.End.Index);
        return new ScalarNode(origin, kind, text, scalar.Value, layout, endLine, endColumn);
    }

    private (ScalarKind Kind, string Text) Tagged(Scalar scalar, bool plain, Origin origin)
    {
        var tag = scalar.Tag.IsEmpty ? "" : scalar.Tag.Value;
        if (tag.Length == 0 && !plain)
            return (ScalarKind.String, scalar.Value);
        const string core = "tag:yaml.org,2002:";
        var name = tag.StartsWith(core, StringComparison.Ordinal) ? tag[core.Length..] : tag;
        if (name is "binary")
            return (ScalarKind.String, Decode(scalar, origin));
        if (name is not ("" or "int" or "float" or "bool" or "null"))
            return (ScalarKind.String, scalar.Value);

        var (kind, text) = YamlScalars.Resolve(scalar.Value);
        var fits = name switch
        {
            "int" => kind == ScalarKind.Integer,
            "float" => kind is ScalarKind.Integer or ScalarKind.Float,
            "bool" => kind == ScalarKind.Bool,
            "null" => kind == ScalarKind.Null,
            _ => true,
        };
        if (!fits)
            Report(DocumentCodes.NotJson, origin, $"this is no {name}, as its tag !!{name} says", null);
        else if (text is null)
            Report(DocumentCodes.NotJson, origin, $"{scalar.Value} is not a number that JSON and Kubernetes can hold", null);
        return fits && text is not null ? (kind, text) : (ScalarKind.String, scalar.Value);
    }

    private string Decode(Scalar scalar, Origin origin)
    {
        var bytes = new byte[scalar.Value.Length];
        if (Convert.TryFromBase64String(scalar.Value, bytes, out var length))
            return Encoding.UTF8.GetString(bytes, 0, length);
        Report(DocumentCodes.NotJson, origin, "this is not base64, as its tag !!binary says", null);
        return "";
    }

    private SequenceNode ComposeSequence(int depth)
    {
        var origin = OriginAt(parser.Current!.Start.Index);
        var items = new List<Node>();
        while (parser.MoveNext() && parser.Current is not SequenceEnd)
            items.Add(Compose(depth + 1));
        return new SequenceNode(origin, items);
    }

    private MappingNode ComposeMapping(int depth)
    {
        var builder = new MappingBuilder(OriginAt(parser.Current!.Start.Index), diagnostics);
        while (parser.MoveNext() && parser.Current is not MappingEnd)
        {
            var isMerge = parser.Current is Scalar { Style: ScalarStyle.Plain, Value: "<<" } scalar && scalar.Tag.IsEmpty;
            var keyOrigin = OriginAt(parser.Current!.Start.Index);
            var key = Compose(depth + 1);
            parser.MoveNext();
            var value = Compose(depth + 1);
            if (isMerge)
                builder.Merge(keyOrigin, value);
            else
                builder.Add(keyOrigin, key, value);
        }

        return builder.Build();
    }

    /// <summary>Where a person should look. The parser names the beginning of what it was reading, which for a tab may be far above it.</summary>
    private Origin OriginOf(YamlException error)
    {
        var text = source.Text.AsSpan(chunk.Start, chunk.End - chunk.Start);
        var index = (int)Math.Clamp(error.Start.Index, 0, text.TrimEnd().Length);
        if (!error.Message.Contains("tab", StringComparison.Ordinal))
            return OriginAt(index);
        var line = source.Locate(chunk.Start + index).Line;
        for (; line <= source.LineCount && source.LineStart(line) < chunk.End; line++)
        {
            var written = source.Line(line);
            var tab = written[..(written.Length - written.TrimStart().Length)].IndexOf('\t');
            if (tab >= 0)
                return new Origin(source, line, tab + 1, hidden);
        }

        return OriginAt(index);
    }

    private Origin OriginAt(long index)
    {
        var (line, column) = source.Locate((int)Math.Min(chunk.Start + index, chunk.End));
        return new Origin(source, line, column, hidden);
    }

    private void Report(ErrorCode code, Origin origin, string message, string? help) =>
        diagnostics.Add(new Diagnostic(code, DiagnosticSeverity.Error, message, Place: origin.Place, Help: help));

    private UnreadableException Unreadable(ErrorCode code, long index, string message, string? help)
    {
        Report(code, OriginAt(index), message, help);
        return new UnreadableException();
    }

    private static string Sentence(string message)
    {
        var text = message.TrimEnd('.', ' ');
        return text.Length == 0 ? "this is not YAML" : char.ToLowerInvariant(text[0]) + text[1..];
    }

    private sealed class UnreadableException : Exception;
}
