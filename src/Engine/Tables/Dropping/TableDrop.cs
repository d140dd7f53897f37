using System.Globalization;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Tables.Commits;
using LakehouseOperator.Engine.Tables.Log;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tables.Dropping;

public enum DropOutcome
{
    /// <summary>There is no such table, or no longer.</summary>
    NotThere,

    /// <summary>It is another's, and stays.</summary>
    NotOurs,

    Dropped,
}

/// <summary>
/// Drops one table in steps of which each can be the last (ADR 0014): a commit that removes every row and marks the table as dropped; then the data files; then the log from its oldest version on, the mark
/// last. Readers see the last version whole until the mark, and no table after it. Done again, it goes on where it was interrupted.
/// </summary>
public sealed class TableDrop
{
    /// <summary>For so long the mark stays, whatever else is done by then: twice what a writer may take from its snapshot to its put without looking back.</summary>
    public static readonly TimeSpan MarkFor = 2 * Committer.GapAfter;

    private const int Parallel = 16;
    private const int MaxConflicts = 100;

    private readonly DeltaTable table;
    private readonly string owner;
    private readonly TimeProvider time;
    private readonly TimeSpan markFor;
    private readonly (string RunId, string PlanHash) run;

    /// <param name="owner">The resource whose table it must be.</param>
    /// <param name="run">For the commit's provenance.</param>
    public TableDrop(DeltaTable table, ResourceId owner, (string RunId, string PlanHash) run, TimeProvider time)
        : this(table, owner, run, time, MarkFor)
    {
    }

    internal TableDrop(DeltaTable table, ResourceId owner, (string RunId, string PlanHash) run, TimeProvider time, TimeSpan markFor)
    {
        this.table = table;
        this.owner = TableProperties.OwnerOf(owner);
        this.run = run;
        this.time = time;
        this.markFor = markFor;
    }

    /// <summary>Whom a table belongs to that was not ours to drop; null: nobody said.</summary>
    public string? Owner { get; private set; }

    /// <summary>Before a table is made: removes what an interrupted drop of the same resource's left there.</summary>
    /// <exception cref="DiagnosticException"><see cref="TableCodes.TableDropped"/>: it was another's.</exception>
    public static async Task FinishAsync(DeltaTable table, ResourceId owner, TimeProvider time, CancellationToken cancellationToken)
    {
        var listing = await LogListing.ReadAsync(table.Store, 0, cancellationToken);
        if (await DropMark.ReadAsync(table.Store, listing, cancellationToken) is null)
            return;
        var drop = new TableDrop(table, owner, ("", ""), time);
        if (await drop.RunAsync(cancellationToken) == DropOutcome.NotOurs)
        {
            throw new DiagnosticException(
                TableCodes.TableDropped, $"{table.Name} was dropped by {drop.Owner ?? "nobody known"}, and not all of it is removed yet", $"wait for that to end, or remove {table.Store.Location}");
        }
    }

    /// <exception cref="DiagnosticException">The table cannot be read or written.</exception>
    public async Task<DropOutcome> RunAsync(CancellationToken cancellationToken)
    {
        if (await MarkAsync(cancellationToken) is { } outcome)
        {
            // Whoever was interrupted at the very end has left empty folders.
            if (outcome == DropOutcome.NotThere)
                await table.Store.PruneAsync(cancellationToken);
            return outcome;
        }

        var listing = await LogListing.ReadAsync(table.Store, 0, cancellationToken);
        if (await DropMark.ReadAsync(table.Store, listing, cancellationToken) is not { } mark)
            return DropOutcome.Dropped; // another process removed the rest
        if (mark.Owner != owner)
        {
            Owner = mark.Owner;
            return DropOutcome.NotOurs;
        }

        await RemoveFilesAsync(mark, listing, cancellationToken);
        await HoldAsync(mark, cancellationToken);
        await RemoveLogAsync(mark, cancellationToken);
        await table.Store.PruneAsync(cancellationToken);
        return DropOutcome.Dropped;
    }

    /// <summary>Null once the table is marked; else why there is nothing to do.</summary>
    private async Task<DropOutcome?> MarkAsync(CancellationToken cancellationToken)
    {
        for (var conflicts = 0; ; conflicts++)
        {
            if (await table.ReadSnapshotAsync(null, cancellationToken) is not { } snapshot)
                return (await LogListing.ReadAsync(table.Store, 0, cancellationToken)).IsEmpty ? DropOutcome.NotThere : null;
            if (snapshot.Owner != owner)
            {
                Owner = snapshot.Owner;
                return DropOutcome.NotOurs;
            }

            try
            {
                await table.CommitAsync(Change(snapshot), cancellationToken);
                return null;
            }
            catch (CommitConflictException) when (conflicts < MaxConflicts)
            {
                // A writer that is not stopped yet came first.
            }
        }
    }

    private TableChange Change(Snapshot snapshot) => new(
        ChangeKind.Drop,
        snapshot,
        snapshot.Schema,
        [],
        new Dictionary<string, string>(StringComparer.Ordinal),
        Transaction: null,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [TableProperties.Owner] = owner,
            [TableProperties.AppendOnly] = "false",
            [TableProperties.Dropped] = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        },
        "DROP TABLE",
        new Dictionary<string, string>(StringComparer.Ordinal),
        run.RunId,
        run.PlanHash);

    /// <summary>Those that the log names, and those under names that nobody but us gives: staged by runs that never came to commit them. What others laid beside them stays.</summary>
    private async Task RemoveFilesAsync(DropMark mark, LogListing log, CancellationToken cancellationToken)
    {
        var named = await table.NamedFilesAsync(cancellationToken);
        var (keys, strange) = (new List<string>(), new List<string>());
        await foreach (var entry in table.Store.ListAsync("", null, cancellationToken))
        {
            if (!entry.Key.StartsWith(LogFileName.Folder, StringComparison.Ordinal))
                (named.Contains(entry.Key) || IsOurs(entry.Key) ? keys : strange).Add(entry.Key);
        }

        if (strange.Count > 0)
        {
            var once = await OnceNamedAsync(log, cancellationToken);
            keys.AddRange(strange.Where(once.Contains));
        }

        await RemoveAsync(keys, mark, cancellationToken);
    }

    /// <summary>What any version that is still in the log added or removed: another engine's files, long replaced. Read only where something lies there that nothing else explains.</summary>
    private async Task<IReadOnlySet<string>> OnceNamedAsync(LogListing log, CancellationToken cancellationToken)
    {
        var once = new HashSet<string>(StringComparer.Ordinal);
        var commits = ReadAhead.InOrderAsync(
            table.Store, log.Commits, async (commit, stop) => (commit.Key, Content: await table.Store.GetAsync(commit.Value.Key, stop)), cancellationToken);
        await foreach (var (version, content) in commits)
        {
            if (content is null)
                continue;
            var commit = LogCommit.Parse(version, content, table.Store.Location);
            once.UnionWith(DeltaTable.KeysIn(table.Store, commit.Adds.Select(static add => add.Path).Concat(commit.Removes.Select(static remove => remove.Path))));
        }

        return once;
    }

    /// <summary>In ascending order, so that whoever still reads finds a version that is whole, or none; the mark last, so that whoever writes is refused until then.</summary>
    private async Task RemoveLogAsync(DropMark mark, CancellationToken cancellationToken)
    {
        var hints = new List<string>();
        var versions = new List<string>();
        await foreach (var entry in table.Store.ListAsync(LogFileName.Folder, null, cancellationToken))
        {
            if (entry.Key != mark.Key)
                (LogFileName.Parse(entry.Key).Kind == LogFileKind.Other ? hints : versions).Add(entry.Key);
        }

        await RemoveAsync(hints, mark, cancellationToken);
        foreach (var few in versions.Chunk(Parallel))
            await RemoveAsync(few, mark, cancellationToken);
        await table.Store.DeleteAsync(mark.Key, cancellationToken);
    }

    /// <summary>
    /// Looks for the mark before every few objects: once it is gone another process has ended this drop, and the same names may belong to a table that was made since.
    /// </summary>
    private async Task RemoveAsync(IReadOnlyList<string> keys, DropMark mark, CancellationToken cancellationToken)
    {
        foreach (var few in keys.Chunk(Parallel * Parallel))
        {
            if (await table.Store.HeadAsync(mark.Key, cancellationToken) is null)
                return;
            await System.Threading.Tasks.Parallel.ForEachAsync(
                few,
                new ParallelOptions { MaxDegreeOfParallelism = table.Store.IsRemote ? Parallel : 1, CancellationToken = cancellationToken },
                async (key, stop) => await table.Store.DeleteAsync(key, stop));
        }
    }

    private async Task HoldAsync(DropMark mark, CancellationToken cancellationToken)
    {
        var rest = mark.At + markFor - time.GetUtcNow();
        if (rest > TimeSpan.Zero)
            await Task.Delay(rest < markFor ? rest : markFor, time, cancellationToken);
    }

    /// <summary>As <see cref="DeltaTable.StoreAsync"/> names files: <c>part-</c> and 32 hexadecimal digits.</summary>
    private static bool IsOurs(string key) =>
        key.Length == 45 && key.StartsWith("part-", StringComparison.Ordinal) && key.EndsWith(".parquet", StringComparison.Ordinal) && Guid.TryParseExact(key.AsSpan(5, 32), "N", out _);
}
