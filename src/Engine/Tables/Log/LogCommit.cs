using System.Text.Json;

namespace LakehouseOperator.Engine.Tables.Log;

/// <summary>The actions of one version, parsed whole: it applies entirely or not at all.</summary>
internal sealed class LogCommit(long version)
{
    private readonly PartitionValuePool pool = new();

    public long Version { get; } = version;

    public CommitInfo? Info { get; private set; }

    public ProtocolAction? Protocol { get; private set; }

    public MetaDataAction? MetaData { get; private set; }

    public List<TxnAction> Transactions { get; } = [];

    public List<DomainMetadataAction> Domains { get; } = [];

    public List<RemoveAction> Removes { get; } = [];

    public List<AddAction> Adds { get; } = [];

    /// <summary>Whether it changed rows, and not only how they are laid out.</summary>
    public bool DataChange => Adds.Exists(static add => add.DataChange) || Removes.Exists(static remove => remove.DataChange);

    /// <exception cref="Pipelines.Codes.DiagnosticException">A line is not a JSON object, or lacks what the protocol requires of its action.</exception>
    public static LogCommit Parse(long version, ReadOnlySpan<byte> content, string location)
    {
        var commit = new LogCommit(version);
        var number = 0;
        var lines = 0;
        while (content.Length > 0)
        {
            number++;
            var end = content.IndexOf((byte)'\n');
            var line = end < 0 ? content : content[..end];
            content = end < 0 ? [] : content[(end + 1)..];
            line = line.Trim(" \t\r"u8);
            if (line.IsEmpty)
                continue;
            lines++;
            try
            {
                commit.Take(JsonSerializer.Deserialize(line, LogJson.Default.LogLine) ?? throw new JsonException("the line is null"));
            }
            catch (JsonException failure)
            {
                throw LogDamage.At(location, LogFileName.Commit(version), $"line {number} is not an action: {failure.Message}", failure);
            }
        }

        return lines > 0 ? commit : throw LogDamage.At(location, LogFileName.Commit(version), "the file holds no action");
    }

    public void Take(LogLine line)
    {
        if (line.CommitInfo is { } info)
            Info ??= CommitInfo.Read(info);
        Protocol = line.Protocol ?? Protocol;
        MetaData = line.MetaData ?? MetaData;
        if (line.Txn is { } txn)
            Transactions.Add(txn);
        if (line.DomainMetadata is { } domain)
            Domains.Add(domain);
        if (line.Remove is { } remove)
            Removes.Add(remove.PartitionValues is { } removed ? remove with { PartitionValues = pool.Share(removed) } : remove);
        if (line.Add is { } add)
            Adds.Add(add with { PartitionValues = pool.Share(add.PartitionValues) });
    }
}
