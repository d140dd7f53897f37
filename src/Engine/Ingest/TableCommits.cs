using System.Globalization;
using System.Text.Json;
using LakehouseOperator.Engine.Sources;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Tables.Dropping;
using LakehouseOperator.Engine.Tables.Log;
using LakehouseOperator.Engine.Tables.Positions;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Engine.Ingest;

/// <summary>
/// The two tables that a stream becomes, and the one truth about them: the main table's log. A batch's rows, its new position, its quarantined records' file
/// and the watermark are one commit; the quarantine table's commit follows from it and can be made again at any time.
/// </summary>
internal sealed class TableCommits(RunPlan plan, IngestedShape shape, SourceIdentity source, DeltaTable main, DeltaTable side, TimeProvider time)
{
    private const string LedgerPart = "/entry/";
    private const int MaxConflicts = 10;

    private readonly IReadOnlyDictionary<string, string> configuration = TableProperties.For(plan.Resource, plan.Lake, appendOnly: true);
    private readonly Dictionary<string, PositionWriter> writers = new(StringComparer.Ordinal);
    private readonly string prefix = PrefixOf(source);

    /// <summary>As of the last commit or reading; null while there is no table.</summary>
    public Snapshot? Snapshot { get; private set; }

    /// <summary>Of the quarantine table; null while there is none.</summary>
    public Snapshot? Side { get; private set; }

    /// <summary>Reads both tables, and makes the quarantine table hold what the main one says.</summary>
    /// <param name="notice">Told of quarantined records that are gone.</param>
    /// <exception cref="DiagnosticException"><see cref="SourceCodes.PositionMissing"/>, or what the tables throw.</exception>
    public async Task OpenAsync(Action<Diagnostic> notice, CancellationToken cancellationToken)
    {
        // In this order the quarantine table is never seen further than the main one, whoever else writes them meanwhile.
        Side = await side.ReadSnapshotAsync(null, cancellationToken);
        Snapshot = await main.ReadSnapshotAsync(null, cancellationToken);
        if (Side is null)
            await TableDrop.FinishAsync(side, plan.Resource, time, cancellationToken);
        if (Snapshot is null)
            await TableDrop.FinishAsync(main, plan.Resource, time, cancellationToken);
        RequirePosition();
        RequireSideNotAhead();
        if (PendingSideRecord.Read(Snapshot) is { Files.Count: > 0 } pending && !IsInSide(pending))
            await RedoSideAsync(pending, notice, cancellationToken);
    }

    /// <summary>The source's positions by partition.</summary>
    public IReadOnlyDictionary<string, string> Positions() => Own()
        .Where(static domain => domain.Tail.IndexOf('/', StringComparison.Ordinal) < 0)
        .ToDictionary(
            static domain => Uri.UnescapeDataString(domain.Tail),
            domain => PositionRecord.Read(Snapshot, DomainOf(Uri.UnescapeDataString(domain.Tail)))!.Position.GetRawText(),
            StringComparer.Ordinal);

    /// <summary>The source's ledger by the entries' names.</summary>
    public IReadOnlyDictionary<string, string> Ledger() => Own()
        .Where(static domain => domain.Tail.Contains(LedgerPart, StringComparison.Ordinal))
        .ToDictionary(
            static domain => Uri.UnescapeDataString(domain.Tail[(domain.Tail.IndexOf(LedgerPart, StringComparison.Ordinal) + LedgerPart.Length)..]),
            static domain => domain.Json,
            StringComparer.Ordinal);

    /// <summary>Commits the batch to the main table and then to the quarantine table.</summary>
    /// <exception cref="DiagnosticException">Fenced: another process moved the position; or what the tables refuse.</exception>
    public async Task<CommitResult> CommitAsync(StagedBatch batch, BatchEnd end, CancellationToken cancellationToken)
    {
        var rows = await main.StoreAsync(batch.Rows, shape.Schema, cancellationToken);
        var quarantined = await side.StoreAsync(batch.Quarantined, QuarantineShape.Schema, cancellationToken);
        var watermark = Watermark.Of(batch, shape.WatermarkColumn);
        for (var conflicts = 0; ; conflicts++)
        {
            var change = Change(rows, quarantined, batch, end, watermark);
            try
            {
                var result = await main.CommitAsync(change, cancellationToken);
                Snapshot = result.Snapshot;
                if (PendingSideRecord.Read(Snapshot) is { Files.Count: > 0 } pending && quarantined.Count > 0)
                    await CommitSideAsync(pending, cancellationToken);
                return result;
            }
            catch (CommitConflictException) when (conflicts < MaxConflicts)
            {
                await RereadAsync(cancellationToken);
            }
        }
    }

    private static string PrefixOf(SourceIdentity source)
    {
        var name = new PositionDomain(source.Kind, source.Id, "0").Name;
        return name[..(name.LastIndexOf('/') + 1)];
    }

    private PositionDomain DomainOf(string partition) => new(source.Kind, source.Id, partition);

    private IEnumerable<(string Tail, string Json)> Own() => (Snapshot?.Domains ?? new Dictionary<string, string>(StringComparer.Ordinal))
        .Where(domain => domain.Key.StartsWith(prefix, StringComparison.Ordinal))
        .Select(domain => (domain.Key[prefix.Length..], domain.Value));

    /// <summary>A first run counts for an empty table only: rows without a position of this source may be anybody's, and may be these.</summary>
    private void RequirePosition()
    {
        if (Snapshot is null or { Files.Count: 0 } || Own().Any())
            return;
        var others = Snapshot.Domains.Keys
            .Where(static domain => PositionDomain.TryParse(domain, out _, out var isWriter) && !isWriter)
            .Select(static domain => domain[PositionDomain.Prefix.Length..])
            .ToList();
        throw new DiagnosticException(new Diagnostic(
            SourceCodes.PositionMissing,
            DiagnosticSeverity.Error,
            others.Count == 0
                ? $"{main.Name} holds rows but no position of {source.Kind} \"{source.Id}\""
                : $"{main.Name} holds rows of {string.Join(", ", others)} and no position of {source.Kind} \"{source.Id}\"",
            Field: "spec.source",
            Help: "name the source that the table was read from, or another table"));
    }

    /// <summary>
    /// The quarantine table follows the main one. Where it is ahead, the main table was removed or set back behind its back, and the batches to come would
    /// be taken for those that it holds already.
    /// </summary>
    private void RequireSideNotAhead()
    {
        foreach (var (domain, batch) in Side?.Transactions ?? new Dictionary<string, long>(StringComparer.Ordinal))
        {
            if (!domain.StartsWith(prefix, StringComparison.Ordinal) || batch <= (Snapshot?.Transactions.GetValueOrDefault(domain) ?? 0))
                continue;
            throw new DiagnosticException(new Diagnostic(
                SourceCodes.PositionMissing,
                DiagnosticSeverity.Error,
                $"{side.Name} holds quarantined records up to batch {batch} of {source.Kind} \"{source.Id}\", and {main.Name} {(Snapshot is null ? "does not exist" : "is not that far")}",
                Field: "spec.source",
                Help: $"restore {main.Name}, or remove {side.Store.Location} as well: its records come again with the rows"));
        }
    }

    private TableChange Change(
        IReadOnlyList<DataFile> rows, IReadOnlyList<DataFile> quarantined, StagedBatch batch, BatchEnd end, Watermark? watermark)
    {
        var steps = end.Positions.OrderBy(static position => position.Key, StringComparer.Ordinal).Select(position => Step(position.Key, position.Value)).ToList();
        var lead = steps[0];
        var domains = steps.ToDictionary(static step => step.DomainEntry.Key, static step => step.DomainEntry.Value, StringComparer.Ordinal);
        foreach (var (name, json) in end.Ledger ?? new Dictionary<string, string>(StringComparer.Ordinal))
            domains[lead.Domain.Name + LedgerPart + Uri.EscapeDataString(name)] = json;
        if (quarantined.Count > 0)
        {
            domains[PendingSideRecord.Domain] = new PendingSideRecord(
                lead.Domain.Name, lead.Record.Batch, side.Name.ToString(), [.. quarantined.Select(PendingFile.Of)]).ToJson();
        }

        if (watermark?.After(Watermark.Read(Snapshot)) is { } higher)
            domains[Watermark.Domain] = higher.ToJson();
        return new TableChange(
            ChangeKind.Append,
            Snapshot,
            shape.Schema,
            rows,
            domains,
            lead.Transaction,
            configuration,
            "STREAMING UPDATE",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["outputMode"] = "Append",
                ["source"] = $"{source.Kind}/{source.Id}",
                ["batch"] = lead.Record.Batch.ToString(CultureInfo.InvariantCulture),
                ["records"] = end.Records.ToString(CultureInfo.InvariantCulture),
                ["quarantined"] = batch.QuarantinedCount.ToString(CultureInfo.InvariantCulture),
            },
            plan.RunId,
            plan.PlanHash,
            Adopt: plan.Adopt == true);
    }

    private PositionStep Step(string partition, string json)
    {
        if (!writers.TryGetValue(partition, out var writer))
            writers[partition] = writer = new PositionWriter(DomainOf(partition));
        using var position = JsonDocument.Parse(json);
        return writer.Next(Snapshot, position.RootElement.Clone());
    }

    /// <summary>Another commit came first. If it moved a position of ours, these rows may be in the table already.</summary>
    private async Task RereadAsync(CancellationToken cancellationToken)
    {
        var before = Own().Where(static domain => !domain.Tail.EndsWith("/writer", StringComparison.Ordinal)).ToHashSet();
        Snapshot = await main.ReadSnapshotAsync(null, cancellationToken);
        if (!before.SetEquals(Own().Where(static domain => !domain.Tail.EndsWith("/writer", StringComparison.Ordinal))))
            throw new DiagnosticException(TableCodes.Fenced, $"another process reads {source.Kind} \"{source.Id}\" into {main.Name}", "nothing was written twice; this process ends and the other one goes on");
    }

    /// <summary>
    /// After however long: the main log names the files for as long as they may be needed, so that their age does not count, only that they are there. Records that are gone are
    /// told of once, and stop nobody: no later batch brings them back.
    /// </summary>
    private async Task RedoSideAsync(PendingSideRecord pending, Action<Diagnostic> notice, CancellationToken cancellationToken)
    {
        var there = new List<PendingFile>(pending.Files.Count);
        foreach (var file in pending.Files)
        {
            if (await side.Store.HeadAsync(DataFilePath.KeyIn(side.Store, file.Path), cancellationToken) is not null)
                there.Add(file);
        }

        await CommitSideAsync(pending with { Files = there }, cancellationToken, seen: time.GetUtcNow());
        if (there.Count == pending.Files.Count)
            return;
        var gone = pending.Files.Except(there).ToList();
        notice(new Diagnostic(
            TableCodes.LogDamaged,
            DiagnosticSeverity.Error,
            $"{side.Name}: {gone.Sum(static file => file.Rows)} quarantined records of batch {pending.Batch} are gone: {string.Join(", ", gone.Select(static file => file.Path))} was removed before it was published",
            Help: "restore the file, and read its records with any Parquet reader; the table goes on without them"));
    }

    private bool IsInSide(PendingSideRecord pending) => Side?.Transactions.GetValueOrDefault(pending.Position) >= pending.Batch;

    /// <param name="seen">When the files were last known to be there; null: as old as they are.</param>
    private async Task CommitSideAsync(PendingSideRecord pending, CancellationToken cancellationToken, DateTimeOffset? seen = null)
    {
        for (var conflicts = 0; ; conflicts++)
        {
            if (IsInSide(pending))
                return;
            try
            {
                Side = (await side.CommitAsync(SideChange(pending) with { OldestStaged = seen }, cancellationToken)).Snapshot;
                return;
            }
            catch (Exception e) when (conflicts < MaxConflicts && e is CommitConflictException or DiagnosticException { Diagnostic.Code.Id: "LH4201" })
            {
                // Whoever came first may have made this very commit.
                Side = await side.ReadSnapshotAsync(null, cancellationToken);
            }
        }
    }

    private TableChange SideChange(PendingSideRecord pending) => new(
        ChangeKind.Append,
        Side,
        QuarantineShape.Schema,
        [.. pending.Files.Select(static file => file.ToDataFile())],
        new Dictionary<string, string>(StringComparer.Ordinal),
        (pending.Position, pending.Batch),
        configuration,
        "STREAMING UPDATE",
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["outputMode"] = "Append",
            ["source"] = $"{source.Kind}/{source.Id}",
            ["batch"] = pending.Batch.ToString(CultureInfo.InvariantCulture),
        },
        plan.RunId,
        plan.PlanHash,
        Adopt: plan.Adopt == true);
}
