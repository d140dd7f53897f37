using System.Text.Json;
using System.Text.Json.Serialization;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Sources.Generator;

/// <summary>Where the generator stands: the next record, and all that the records are a function of beside the seed, which is the source's identity.</summary>
/// <param name="Start">When the first run began: the end of the history. Whole milliseconds.</param>
/// <param name="Record">Index of the next record.</param>
internal sealed record GeneratorPosition(
    [property: JsonRequired] DateTimeOffset Start,
    [property: JsonRequired] long Record,
    [property: JsonRequired] int Users,
    [property: JsonRequired] int Days,
    [property: JsonRequired] int EventsPerDay,
    [property: JsonRequired] int EventsPerSecond)
{
    public const string Partition = "0";

    public static GeneratorPosition Beginning(GeneratorSourceSpec spec, DateTimeOffset now) => new(
        new DateTimeOffset(now.UtcTicks - now.UtcTicks % TimeSpan.TicksPerMillisecond, TimeSpan.Zero),
        0, spec.Users, spec.Days, spec.EventsPerDay, spec.EventsPerSecond);

    /// <exception cref="DiagnosticException">The JSON is not a position of ours, or the spec's parameters are not those it was taken with.</exception>
    public static GeneratorPosition Read(string json, GeneratorSourceSpec spec)
    {
        var position = Parse(json);
        Same("users", position.Users, spec.Users);
        Same("days", position.Days, spec.Days);
        Same("eventsPerDay", position.EventsPerDay, spec.EventsPerDay);
        Same("eventsPerSecond", position.EventsPerSecond, spec.EventsPerSecond);
        return position;
    }

    public string ToJson() => JsonSerializer.Serialize(this, GeneratorJson.Default.GeneratorPosition);

    private static GeneratorPosition Parse(string json)
    {
        try
        {
            if (JsonSerializer.Deserialize(json, GeneratorJson.Default.GeneratorPosition) is { Record: >= 0 } position)
                return position;
        }
        catch (JsonException e)
        {
            throw Unreadable(e);
        }

        throw Unreadable(null);
    }

    private static DiagnosticException Unreadable(Exception? inner) =>
        new(SourceCodes.PositionUnreadable, "the table's position of the generator cannot be read", "write to a new table, or restore the table to a version before", inner);

    private static void Same(string field, int recorded, int declared)
    {
        if (recorded == declared)
            return;
        throw new DiagnosticException(new Diagnostic(
            SourceCodes.SourceRegressed,
            DiagnosticSeverity.Error,
            $"the table holds events generated with {field}: {recorded}, and {field}: {declared} would make others of the same positions",
            Field: $"spec.source.generator.{field}",
            Help: $"set {field} back to {recorded}, or take another seed and a new table"));
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GeneratorPosition))]
internal sealed partial class GeneratorJson : JsonSerializerContext;
