using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;

namespace LakehouseOperator.Pipelines.Specs;

/// <summary>
/// A tree of nodes against the JSON contract of a record. Everything that does not fit is reported with its field and place, not only the first;
/// only a tree without a complaint becomes a record.
/// </summary>
internal sealed class SpecReader(ResourceId resource, List<Diagnostic> diagnostics)
{
    private int errors;

    /// <summary>The record, or null after reporting why not.</summary>
    /// <param name="node">Null: nothing was written, so required members are missing at <paramref name="parent"/>.</param>
    /// <param name="foreign">Members that may be there and are not ours to read.</param>
    public T? Read<T>(Node? node, Node parent, string path, JsonTypeInfo<T> contract, IReadOnlySet<string>? foreign = null)
        where T : class
    {
        errors = 0;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
            Write(node ?? new MappingNode(parent.Origin, []), path, contract, FieldBounds.None, json, foreign);
        return errors > 0 ? null : JsonSerializer.Deserialize(buffer.GetBuffer().AsSpan(0, (int)buffer.Length), contract);
    }

    private void Write(Node node, string path, JsonTypeInfo contract, FieldBounds bounds, Utf8JsonWriter json, IReadOnlySet<string>? foreign = null)
    {
        switch (contract.Kind)
        {
            case JsonTypeInfoKind.Object when node is MappingNode mapping:
                WriteObject(mapping, path, contract, json, foreign);
                break;
            case JsonTypeInfoKind.Enumerable when node is SequenceNode sequence:
                WriteList(sequence, path, contract, bounds, json);
                break;
            case JsonTypeInfoKind.Dictionary when node is MappingNode mapping:
                WriteMap(mapping, path, contract, bounds, json);
                break;
            case JsonTypeInfoKind.None when bounds.Verbatim:
                if (node is MappingNode)
                    VerbatimNode.Write(node, json);
                else
                    Report(DocumentCodes.WrongType, node, path, $"expected an object, found {node.Described}", null);
                break;
            case JsonTypeInfoKind.None:
                ScalarReader.Write(node, path, Nullable.GetUnderlyingType(contract.Type) ?? contract.Type, bounds, json, Report);
                break;
            default:
                var expected = contract.Kind == JsonTypeInfoKind.Enumerable ? "a list" : "an object";
                Report(DocumentCodes.WrongType, node, path, $"expected {expected}, found {node.Described}", contract.Kind == JsonTypeInfoKind.Enumerable ? "write a list: [ … ], or a line with - for each item" : null);
                break;
        }
    }

    private void WriteObject(MappingNode mapping, string path, JsonTypeInfo contract, Utf8JsonWriter json, IReadOnlySet<string>? foreign)
    {
        json.WriteStartObject();
        foreach (var member in mapping.Members)
        {
            var property = contract.Properties.FirstOrDefault(p => string.Equals(p.Name, member.Key, StringComparison.Ordinal));
            if (property is null)
            {
                if (foreign?.Contains(member.Key) != true)
                    ReportUnknown(member, mapping, path, contract);
                continue;
            }

            // Kubernetes drops a null; the member then counts as not written.
            if (member.Value is ScalarNode { Kind: ScalarKind.Null })
                continue;
            json.WritePropertyName(property.Name);
            Write(member.Value, FieldPath.Member(path, member.Key), ContractOf(contract, property.PropertyType), FieldBounds.Of(property), json);
        }

        json.WriteEndObject();
        ReportMissing(mapping, path, contract);
        if (contract.Type.IsDefined(typeof(ExactlyOneAttribute), inherit: false))
            JudgeUnion(mapping, path, contract);
    }

    private void ReportUnknown(Member member, MappingNode mapping, string path, JsonTypeInfo contract)
    {
        var names = contract.Properties.Select(p => p.Name).ToList();
        var free = names.Where(n => mapping[n] is null).ToList();
        var spelled = member.RawKey == member.Key ? $"\"{member.Key}\"" : $"\"{member.RawKey}\" (YAML 1.1 reads it as {member.Key})";
        var help = names.Count == 0 ? "nothing may be set here"
            : Spelling.Nearest(member.RawKey, free) is { } nearest ? $"did you mean \"{nearest}\"? allowed: {string.Join(", ", names)}"
            : $"allowed: {string.Join(", ", names)}";
        Add(DocumentCodes.UnknownField, member.Origin, FieldPath.Member(path, member.RawKey), $"unknown field {spelled}", help);
    }

    private void ReportMissing(MappingNode mapping, string path, JsonTypeInfo contract)
    {
        foreach (var property in contract.Properties)
        {
            if (property.AssociatedParameter is not { HasDefaultValue: false } || mapping[property.Name] is not null)
                continue;
            var empty = mapping.TryGet(property.Name, out var member);
            Add(DocumentCodes.MissingField, empty ? member!.Origin : mapping.Origin, FieldPath.Member(path, property.Name), $"\"{property.Name}\" {(empty ? "has no value" : "is missing")}", null);
        }
    }

    private void JudgeUnion(MappingNode mapping, string path, JsonTypeInfo contract)
    {
        var alternatives = contract.Properties.Where(p => ContractOf(contract, p.PropertyType).Kind == JsonTypeInfoKind.Object).Select(p => p.Name).ToList();
        var set = alternatives.Where(name => mapping[name] is not null).ToList();
        if (set.Count == 1)
            return;
        if (set.Count > 1)
        {
            mapping.TryGet(set[1], out var second);
            Add(DocumentCodes.NotExactlyOne, second!.Origin, path, $"only one of {string.Join(", ", set)} may be set", $"keep one of: {string.Join(", ", set)}");
            return;
        }

        // A misspelled or unknown alternative has been reported by name already.
        if (mapping.Members.Any(m => contract.Properties.All(p => p.Name != m.Key)))
            return;
        var empty = mapping.Members.FirstOrDefault(m => alternatives.Contains(m.Key, StringComparer.Ordinal));
        Report(
            DocumentCodes.NotExactlyOne, mapping, path, alternatives is [var only] ? $"\"{only}\" must be set" : $"exactly one of {string.Join(", ", alternatives)} must be set",
            empty is null ? null : $"\"{empty.Key}:\" without a value is nothing to Kubernetes; write \"{empty.Key}: {{}}\"");
    }

    private void WriteList(SequenceNode sequence, string path, JsonTypeInfo contract, FieldBounds bounds, Utf8JsonWriter json)
    {
        if (!JudgeCount(sequence, path, sequence.Items.Count, "items", bounds))
            return;
        var element = ContractOf(contract, contract.ElementType!);
        json.WriteStartArray();
        for (var i = 0; i < sequence.Items.Count; i++)
        {
            var item = sequence.Items[i];
            if (item is ScalarNode { Kind: ScalarKind.Null })
                Report(DocumentCodes.WrongType, item, FieldPath.Item(path, i), "an item of a list is empty", "remove it, or write \"\" for an empty text");
            else
                Write(item, FieldPath.Item(path, i), element, bounds.OfItem, json);
        }

        json.WriteEndArray();
    }

    private void WriteMap(MappingNode mapping, string path, JsonTypeInfo contract, FieldBounds bounds, Utf8JsonWriter json)
    {
        if (!JudgeCount(mapping, path, mapping.Members.Count, "entries", bounds))
            return;
        var element = ContractOf(contract, contract.ElementType!);
        json.WriteStartObject();
        foreach (var member in mapping.Members)
        {
            if (member.Value is ScalarNode { Kind: ScalarKind.Null })
                continue;
            json.WritePropertyName(member.Key);
            Write(member.Value, FieldPath.Member(path, member.Key), element, bounds.OfItem, json);
        }

        json.WriteEndObject();
    }

    private bool JudgeCount(Node node, string path, int count, string what, FieldBounds bounds)
    {
        if (bounds.Items is not { } items || (count >= items.Min && count <= items.Max))
            return true;
        var message = count < items.Min ? $"{count} {what} are fewer than {items.Min}" : $"{count} {what} are more than {items.Max}";
        Report(DocumentCodes.OutOfRange, node, path, message, null);
        return false;
    }

    private static JsonTypeInfo ContractOf(JsonTypeInfo parent, Type type) => parent.Options.GetTypeInfo(type);

    private void Report(ErrorCode code, Node node, string path, string message, string? help) => Add(code, node.Origin, path, message, help);

    private void Add(ErrorCode code, Origin origin, string path, string message, string? help)
    {
        errors++;
        diagnostics.Add(new Diagnostic(code, DiagnosticSeverity.Error, message, resource, path, origin.Place, help));
    }
}
