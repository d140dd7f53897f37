using System.Collections.Immutable;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Tables.Checkpoints;

namespace LakehouseOperator.Engine.Tables.Log;

/// <summary>
/// The replay of a log up to one version (Delta protocol, "Action Reconciliation"). Mutable and owned by one reader; snapshots are copies.
/// </summary>
internal sealed class LogState(string location)
{
    private readonly Dictionary<string, DataFile> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RemoveAction> tombstones = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TxnAction> transactions = new(StringComparer.Ordinal);
    private readonly PartitionValuePool pool = new();
    private ImmutableSortedDictionary<string, string> domains = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
    private IReadOnlyList<DataFile>? listed;

    /// <summary>The checkpoint that the replay began at, while the tombstones in it are not among <see cref="tombstones"/>.</summary>
    private CheckpointParts? earlier;

    public string Location { get; } = location;

    /// <summary>-1 before anything was applied.</summary>
    public long Version { get; private set; } = -1;

    /// <summary>The newest checkpoint that is known, or -1.</summary>
    public long CheckpointVersion { get; private set; } = -1;

    /// <summary>Adds and removes of the commits since that checkpoint.</summary>
    public long ActionsSinceCheckpoint { get; private set; }

    public ProtocolAction? Protocol { get; private set; }

    public MetaDataAction? MetaData { get; private set; }

    /// <summary>The table is none any more; what is left of it is being removed.</summary>
    public bool IsDropped => MetaData?.Configuration?.ContainsKey(TableProperties.Dropped) == true;

    public IReadOnlyDictionary<string, DataFile> Files => files;

    /// <summary>Unchanging: a ledger of many files is kept in as many domains, and every snapshot shares what did not change.</summary>
    public IReadOnlyDictionary<string, string> Domains => domains;

    public IReadOnlyDictionary<string, TxnAction> Transactions => transactions;

    /// <summary>Last version among those applied as commits that changed rows; -1: none of them.</summary>
    public long DataVersion { get; set; } = -1;

    /// <summary>Of this version's commit, milliseconds since the epoch; null where nothing says.</summary>
    public long? Timestamp { get; set; }

    /// <summary>This version's JSON as it was listed; null where it was not. Another one there later means another table.</summary>
    public ObjectEntry? Listed { get; set; }

    /// <summary>A checkpoint's adds may come in any order; nothing else may be applied before it.</summary>
    public void Begin(CheckpointContent checkpoint, CheckpointParts parts)
    {
        earlier = parts;
        Version = CheckpointVersion = checkpoint.Version;
        Protocol = checkpoint.Protocol;
        MetaData = checkpoint.MetaData;
        foreach (var txn in checkpoint.Transactions)
            transactions[txn.AppId] = txn;
        foreach (var domain in checkpoint.Domains)
            Set(domain);
        files.EnsureCapacity(checkpoint.Adds.Count);
        foreach (var add in checkpoint.Adds)
            Put(add);
    }

    public void Apply(LogCommit commit)
    {
        if (commit.Version != Version + 1)
            throw new InvalidOperationException($"version {commit.Version} cannot follow {Version}");
        listed = commit.Adds.Count + commit.Removes.Count > 0 ? null : listed;
        Version = commit.Version;
        ActionsSinceCheckpoint += commit.Adds.Count + commit.Removes.Count;
        Protocol = commit.Protocol ?? Protocol;
        MetaData = commit.MetaData ?? MetaData;
        Timestamp = commit.Info?.Timestamp;
        Listed = null;
        foreach (var txn in commit.Transactions)
            transactions[txn.AppId] = txn;
        foreach (var domain in commit.Domains)
            Set(domain);

        // Within one commit the order of lines means nothing: a path that is removed and added again is there afterwards.
        foreach (var remove in commit.Removes)
        {
            var key = DataFilePath.Key(remove.Path, remove.DeletionVector);
            files.Remove(key);
            tombstones[key] = remove.PartitionValues is { } values ? remove with { PartitionValues = pool.Share(values) } : remove;
        }

        foreach (var add in commit.Adds)
        {
            tombstones.Remove(DataFilePath.Key(add.Path, add.DeletionVector));
            Put(add);
        }

        if (commit.DataChange || commit.Version == 0)
            DataVersion = commit.Version;
    }

    /// <summary>The live files as an unchanging list, made once per version.</summary>
    public IReadOnlyList<DataFile> ListFiles() => listed ??= [.. files.Values];

    /// <summary>Paths of every file that this version or one that it follows from named, as far as the replay saw them.</summary>
    public IReadOnlyList<string> NamedPaths() => [.. files.Values.Select(static file => file.Path), .. tombstones.Values.Select(static remove => remove.Path)];

    /// <summary>Everything that a checkpoint of this version holds, as a copy.</summary>
    public CheckpointWork Export() => new(
        new CheckpointContent(
            Version,
            Protocol!,
            MetaData!,
            [.. transactions.Values],
            [.. domains.Select(static one => new DomainMetadataAction(one.Key, one.Value))],
            [.. files.Values.Select(static file => new AddAction(
                file.Path, file.PartitionValues, file.Size, file.ModificationTime.ToUnixTimeMilliseconds(), DataChange: false, file.Stats, file.Tags))]),
        [.. tombstones.Values],
        earlier,
        MetaData!.Configuration?.GetValueOrDefault(TableProperties.FileRetention) is { } text && TableProperties.TryParseInterval(text, out var retention)
            ? retention
            : TableProperties.DefaultRetention);

    /// <summary>A checkpoint of this log was written, with these tombstones and without those from before <paramref name="expired"/> (milliseconds since the epoch).</summary>
    public void Checkpointed(long version, IReadOnlyCollection<RemoveAction> kept, long expired)
    {
        CheckpointVersion = Math.Max(CheckpointVersion, version);
        ActionsSinceCheckpoint = 0;
        foreach (var (key, _) in tombstones.Where(one => (one.Value.DeletionTimestamp ?? 0) < expired).ToList())
            tombstones.Remove(key);
        if (earlier is null)
            return;
        earlier = null;
        foreach (var remove in kept)
        {
            var key = DataFilePath.Key(remove.Path, remove.DeletionVector);
            if (!files.ContainsKey(key))
                tombstones.TryAdd(key, remove);
        }
    }

    private void Put(AddAction add)
    {
        if (add.DeletionVector is not null)
            throw LogDamage.Unsupported(Location, "deletionVectors", $"file {add.Path}");
        files[DataFilePath.Key(add.Path, null)] = new DataFile(
            add.Path,
            add.Size,
            DateTimeOffset.FromUnixTimeMilliseconds(add.ModificationTime),
            pool.Share(add.PartitionValues),
            add.Stats,
            StatisticsText.RowCount(add.Stats))
        {
            Tags = add.Tags is { Count: > 0 } ? add.Tags : null,
        };
    }

    private void Set(DomainMetadataAction domain)
    {
        if (domain.Removed)
            domains = domains.Remove(domain.Domain);
        else
            domains = domains.SetItem(domain.Domain, domain.Configuration ?? "");
    }
}
