using System.Buffers;
using System.Text.Json;
using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Kubernetes.Api;

/// <summary>Bodies of requests that are not simply an object.</summary>
internal static class Bodies
{
    /// <summary>Who the object is, and its status; with uid and resourceVersion, where given, as preconditions.</summary>
    public static byte[] StatusOnly(byte[] json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = KubernetesJson.MaxDepth });
        return Write(document.RootElement, static (writer, root) =>
        {
            foreach (var property in root.EnumerateObject())
            {
                if (property.NameEquals("apiVersion"u8) || property.NameEquals("kind"u8) || property.NameEquals("status"u8))
                    property.WriteTo(writer);
                else if (property.NameEquals("metadata"u8))
                    WriteIdentity(writer, property.Value);
            }
        });
    }

    /// <summary>A merge patch that only holds for one version: the server compares what a patch says of resourceVersion.</summary>
    public static byte[] At(RawJson patch, string resourceVersion)
    {
        using var document = patch.ToDocument();
        return Write(document.RootElement, (writer, root) =>
        {
            writer.WriteStartObject("metadata"u8);
            writer.WriteString("resourceVersion"u8, resourceVersion);
            if (root.TryGetProperty("metadata"u8, out var metadata))
            {
                foreach (var property in metadata.EnumerateObject().Where(static property => !property.NameEquals("resourceVersion"u8)))
                    property.WriteTo(writer);
            }

            writer.WriteEndObject();
            foreach (var property in root.EnumerateObject().Where(static property => !property.NameEquals("metadata"u8)))
                property.WriteTo(writer);
        });
    }

    private static void WriteIdentity(Utf8JsonWriter writer, JsonElement metadata)
    {
        writer.WriteStartObject("metadata"u8);
        foreach (var property in metadata.EnumerateObject())
        {
            if (property.NameEquals("name"u8) || property.NameEquals("namespace"u8) || property.NameEquals("uid"u8) || property.NameEquals("resourceVersion"u8))
                property.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static byte[] Write(JsonElement root, Action<Utf8JsonWriter, JsonElement> content)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { MaxDepth = KubernetesJson.MaxDepth }))
        {
            writer.WriteStartObject();
            content(writer, root);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
