using System.Text.Json;
using LakehouseOperator.Pipelines.Documents;

namespace LakehouseOperator.Pipelines.Specs;

/// <summary>A tree of nodes as the JSON that it stands for.</summary>
internal static class VerbatimNode
{
    public static void Write(Node node, Utf8JsonWriter json)
    {
        switch (node)
        {
            case MappingNode mapping:
                json.WriteStartObject();
                foreach (var member in mapping.Members)
                {
                    json.WritePropertyName(member.Key);
                    Write(member.Value, json);
                }

                json.WriteEndObject();
                break;
            case SequenceNode sequence:
                json.WriteStartArray();
                foreach (var item in sequence.Items)
                    Write(item, json);
                json.WriteEndArray();
                break;
            case ScalarNode { Kind: ScalarKind.String } scalar:
                json.WriteStringValue(scalar.Text);
                break;
            case ScalarNode scalar:
                json.WriteRawValue(scalar.Text);
                break;
        }
    }
}
