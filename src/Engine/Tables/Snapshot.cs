using LakehouseOperator.Engine.Tables.Log;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tables;

/// <summary>A live file of a snapshot (Delta protocol, "Add File").</summary>
/// <param name="Path">As in the log: relative to the table and URL-encoded, or absolute. <see cref="DataFilePath.KeyIn"/> turns it into the store's key.</param>
/// <param name="Stats">Delta's statistics JSON; null: unknown.</param>
/// <param name="Rows">Null: unknown.</param>
public sealed record DataFile(
    string Path,
    long Size,
    DateTimeOffset ModificationTime,
    IReadOnlyDictionary<string, string?> PartitionValues,
    string? Stats,
    long? Rows)
{
    /// <summary>What other writers attached to the file; kept in checkpoints.</summary>
    internal IReadOnlyDictionary<string, string?>? Tags { get; init; }
}

/// <summary>One version of a table, whole and unchanging.</summary>
/// <param name="DataVersion">Last version that changed rows; what triggers consumers, together with <paramref name="TableId"/>.</param>
/// <param name="Timestamp">When it was committed, by the committer's clock.</param>
/// <param name="Domains">domainMetadata by domain, as JSON: positions, inputs, checks.</param>
/// <param name="Transactions"><c>txn</c> by application id.</param>
public sealed record Snapshot(
    long Version,
    long DataVersion,
    DateTimeOffset Timestamp,
    string TableId,
    TableSchema Schema,
    IReadOnlyDictionary<string, string> Configuration,
    IReadOnlyList<DataFile> Files,
    IReadOnlyDictionary<string, string> Domains,
    IReadOnlyDictionary<string, long> Transactions)
{
    /// <summary>Live rows; null where a file's count is unknown.</summary>
    public long? Rows => Files.Aggregate((long?)0, static (sum, file) => sum + file.Rows);

    /// <summary>Bytes of the live files.</summary>
    public long Bytes => Files.Sum(static file => file.Size);

    /// <summary>The resource that writes the table; null where nobody said.</summary>
    public string? Owner => Configuration.GetValueOrDefault(TableProperties.Owner);

    internal ProtocolAction? Protocol { get; init; }

    internal MetaDataAction? MetaData { get; init; }

    /// <summary>When it was known to be the newest version, by a clock that goes on while the machine sleeps.</summary>
    internal TimeSpan ReadAt { get; init; }
}
