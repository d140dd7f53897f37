using System.Text;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Pipelines.Documents;

/// <summary>A document of our group: its identity is known, its spec is not parsed yet. Merged documents have nodes of several files.</summary>
/// <param name="Flawed">Something in it was reported already, such as a duplicate key; it does not say what its author means.</param>
public sealed record Document(ResourceId Id, MappingNode Root, bool Flawed = false)
{
    public const string Group = "lakehouse.dev";
    public const string ApiVersion = Group + "/v1alpha1";

    /// <summary>Where a field was written, by a path such as <c>spec.tables[0].columns[2].type</c>; the nearest field around it where it was not.</summary>
    public Place PlaceOf(string path) => Find(path).Origin.Place;

    /// <summary>Where a position inside a text field, such as SQL, is in the file. Line and column count from 1.</summary>
    /// <remarks>Exact for literal blocks and for scalars on one line without escapes; otherwise where the field's value begins.</remarks>
    public Place PlaceIn(string path, int line, int column) =>
        Find(path) is ScalarNode scalar ? ScalarPositions.Map(scalar, line, column) : PlaceOf(path);

    private Node Find(string path)
    {
        Node node = Root;
        foreach (var step in FieldPath.Steps(path))
        {
            Node? next = step switch
            {
                { Index: { } index } => node is SequenceNode list && index < list.Items.Count ? list.Items[index] : null,
                { Key: { } key } => node is MappingNode mapping && mapping.TryGet(key, out var member) ? member.Value : null,
                _ => null,
            };
            if (next is null)
                return node;
            node = next;
        }

        return node;
    }
}

/// <summary>Paths of fields as diagnostics print them.</summary>
public static class FieldPath
{
    /// <summary>One level down; keys that are not plain words are quoted.</summary>
    public static string Member(string path, string key)
    {
        var plain = key.Length > 0 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
        var step = plain ? key : $"[\"{key.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"]";
        return path.Length == 0 ? step : plain ? $"{path}.{step}" : path + step;
    }

    public static string Item(string path, int index) => $"{path}[{index}]";

    internal static IEnumerable<(string? Key, int? Index)> Steps(string path)
    {
        var at = 0;
        while (at < path.Length)
        {
            if (path[at] == '.')
            {
                at++;
            }
            else if (path[at] == '[' && at + 1 < path.Length && path[at + 1] == '"')
            {
                var key = new StringBuilder();
                for (at += 2; at < path.Length && path[at] != '"'; at++)
                {
                    if (path[at] == '\\')
                        at++;
                    key.Append(path[at]);
                }

                at += 2;
                yield return (key.ToString(), null);
            }
            else if (path[at] == '[')
            {
                var end = path.IndexOf(']', at);
                yield return (null, int.Parse(path.AsSpan(at + 1, end - at - 1), provider: null));
                at = end + 1;
            }
            else
            {
                var end = path.AsSpan(at).IndexOfAny('.', '[');
                end = end < 0 ? path.Length : at + end;
                yield return (path[at..end], null);
                at = end;
            }
        }
    }
}
