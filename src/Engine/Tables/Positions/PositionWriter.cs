using System.Text.Json;

namespace LakehouseOperator.Engine.Tables.Positions;

/// <summary>
/// One process at one position of one table. It takes the number above the table's writer with its first commit, and from then on commits only while
/// nobody has taken a greater one.
/// </summary>
public sealed class PositionWriter(PositionDomain domain)
{
    private readonly string id = Guid.NewGuid().ToString("N");
    private long? held;

    public PositionDomain Domain { get; } = domain;

    /// <summary>What the commit of the next batch has to set.</summary>
    /// <param name="table">The snapshot that the commit is based on; null creates the table.</param>
    /// <param name="position">Up to where the source is read once this batch is in the table.</param>
    /// <remarks>Asking again, from a newer snapshot, after a commit failed or its outcome is unknown is right and safe.</remarks>
    public PositionStep Next(Snapshot? table, JsonElement position)
    {
        var holder = WriterRecord.Read(table, Domain);
        if (holder is not null && holder.Id == id)
            held = holder.Writer;
        var writer = held ?? (holder?.Writer ?? 0) + 1;
        var batch = (PositionRecord.Read(table, Domain)?.Batch ?? 0) + 1;
        return new PositionStep(Domain, new PositionRecord(position, batch, writer, id));
    }
}

/// <summary>A batch's part of a <see cref="TableChange"/>.</summary>
public sealed record PositionStep(PositionDomain Domain, PositionRecord Record)
{
    /// <summary>For <see cref="TableChange.Domains"/>; the commit adds the writer's own domain where it rises.</summary>
    public KeyValuePair<string, string> DomainEntry => new(Domain.Name, Record.ToJson());

    /// <summary>For <see cref="TableChange.Transaction"/>.</summary>
    public (string AppId, long Version) Transaction => (Domain.Name, Record.Batch);
}
