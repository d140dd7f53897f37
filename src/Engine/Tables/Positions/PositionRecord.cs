using System.Text.Json;
using System.Text.Json.Serialization;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tables.Positions;

/// <summary>How far a table has read a source, in the same commit as the rows (ADR 0004).</summary>
/// <param name="Position">The source's own words.</param>
/// <param name="Batch">Counts commits of this position, from 1.</param>
/// <param name="Writer">Number of the process that committed it.</param>
/// <param name="WriterId">Its unique id: two processes may reach for the same number.</param>
public sealed record PositionRecord(JsonElement Position, long Batch, long Writer, string WriterId)
{
    /// <summary>Null where the table holds no such position.</summary>
    /// <exception cref="DiagnosticException"><see cref="TableCodes.LogDamaged"/>: the domain is no position.</exception>
    public static PositionRecord? Read(Snapshot? table, PositionDomain domain) =>
        DomainJson.Read(table, domain.Name, PositionJson.Default.PositionRecord);

    public string ToJson() => DomainJson.Write(this, PositionJson.Default.PositionRecord);
}

/// <summary>Who may move the position on: the greatest number, and of two with the same the one whose commit came first.</summary>
public sealed record WriterRecord(long Writer, string Id)
{
    /// <inheritdoc cref="PositionRecord.Read"/>
    public static WriterRecord? Read(Snapshot? table, PositionDomain domain) =>
        DomainJson.Read(table, domain.WriterName, PositionJson.Default.WriterRecord);

    public string ToJson() => DomainJson.Write(this, PositionJson.Default.WriterRecord);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PositionRecord))]
[JsonSerializable(typeof(WriterRecord))]
[JsonSerializable(typeof(PendingSideRecord))]
internal sealed partial class PositionJson : JsonSerializerContext;
