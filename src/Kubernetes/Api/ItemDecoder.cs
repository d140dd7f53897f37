using System.Buffers;
using System.Text.Json;
using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Kubernetes.Api;

/// <summary>Reads one object out of a list or a watch, so that one that does not fit its type spoils no other.</summary>
internal static class ItemDecoder
{
    /// <summary>Deeper than the API server itself lets JSON nest: passing over a value never fails by its depth, only typing it does.</summary>
    public static readonly JsonReaderOptions Scanning = new() { MaxDepth = 20_000 };

    private static readonly JsonReaderOptions Typing = new() { MaxDepth = KubernetesJson.MaxDepth };

    /// <returns>Where not even its name can be made out, without one.</returns>
    public static Decoded<T> Decode<T>(ReadOnlySequence<byte> json, ResourceType<T> type)
        where T : class, IKubernetesObject
    {
        string error;
        try
        {
            var reader = new Utf8JsonReader(json, Typing);
            if (JsonSerializer.Deserialize(ref reader, type.Json) is { Metadata.Name: not null } value)
                return new Decoded<T>(value.Metadata, value, null);
            error = "no object with a name";
        }
        catch (Exception e) when (IsDecoding(e))
        {
            error = e.Message;
        }

        return new Decoded<T>(Identify(json), null, error);
    }

    /// <summary>Whether an exception says that JSON does not fit a type. Reading a string of broken UTF-8 throws an InvalidOperationException.</summary>
    public static bool IsDecoding(Exception e) => e is JsonException or InvalidOperationException or FormatException or OverflowException or NotSupportedException;

    private static ObjectMeta Identify(ReadOnlySequence<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, Scanning);
            var known = JsonSerializer.Deserialize(ref reader, WireJson.Default.PartialObject)?.Metadata;
            return new ObjectMeta { Name = known?.Name, Namespace = known?.Namespace, Uid = known?.Uid, ResourceVersion = known?.ResourceVersion };
        }
        catch (Exception e) when (IsDecoding(e))
        {
            return ObjectMeta.Empty;
        }
    }
}
