using System.Text.Json;
using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>
/// What an apply leaves of a status that somebody else wrote into: members that we do not set are whoever's set them, and stay. A status is ours alone, and what it says beyond our words would be read
/// back as our own past.
/// </summary>
internal static class StatusLeftovers
{
    /// <returns>A merge patch of the resource that removes them; null: there are none.</returns>
    public static RawJson? Removal(RawJson? written, RawJson wanted)
    {
        if (written is null)
            return null;
        using var there = written.ToDocument();
        using var ours = wanted.ToDocument();
        using var patch = new MemoryStream();
        using (var writer = new Utf8JsonWriter(patch))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("status");
            if (!Write(writer, there.RootElement, ours.RootElement))
                return null;
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return RawJson.Parse(patch.ToArray());
    }

    /// <summary>Lists are whole: an apply replaces them, and with them what is in them.</summary>
    /// <returns>Whether there is anything to remove.</returns>
    private static bool Write(Utf8JsonWriter writer, JsonElement there, JsonElement ours)
    {
        if (there.ValueKind != JsonValueKind.Object || ours.ValueKind != JsonValueKind.Object)
            return false;
        var any = false;
        foreach (var member in there.EnumerateObject())
        {
            if (!ours.TryGetProperty(member.Name, out var own))
            {
                writer.WriteNull(member.Name);
                any = true;
            }
            else if (member.Value.ValueKind == JsonValueKind.Object && own.ValueKind == JsonValueKind.Object)
            {
                writer.WriteStartObject(member.Name);
                any |= Write(writer, member.Value, own);
                writer.WriteEndObject();
            }
        }

        return any;
    }
}
