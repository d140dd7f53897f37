using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Tables.Dropping;
using LakehouseOperator.Engine.Tables.Log;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Sql;
using RunResult = LakehouseOperator.Pipelines.Reports.RunResult;

namespace LakehouseOperator.Engine.Transforms;

/// <summary>
/// One run of a Transformation as write–audit–publish: a snapshot of the inputs, the SELECT into staged files, the gates over those, and
/// one commit that holds the rows and what they were made from. Whatever ends it before that commit leaves the table as it was.
/// </summary>
public sealed class TransformationRun(RunPlan plan, RunContext context, RunScratch scratch)
{
    private const int MaxRedo = 8;
    private readonly TransformationPlan spec = plan.Transformation ?? throw new ArgumentException("not a transformation's plan", nameof(plan));
    private readonly DateTimeOffset started = context.Time.GetUtcNow();

    /// <summary>Another's commit between snapshot and put makes it start over, gates included.</summary>
    /// <exception cref="DiagnosticException">Whatever keeps it from a result; nothing was published.</exception>
    public async Task<RunReport> ExecuteAsync(CancellationToken cancellationToken)
    {
        for (var redo = 0; ; redo++)
        {
            try
            {
                return await AttemptAsync(cancellationToken);
            }
            catch (CommitConflictException conflict) when (redo < MaxRedo)
            {
                RunLog.Redo(context.Log, plan.Resource, spec.Table, conflict.Winner);
            }
            catch (CommitConflictException conflict)
            {
                throw new DiagnosticException(
                    RunCodes.OutputContended, $"{spec.Table} changed {MaxRedo + 1} times while the run was made", "see who else writes it", conflict);
            }
        }
    }

    private async Task<RunReport> AttemptAsync(CancellationToken cancellationToken)
    {
        context.Progress.Stage(plan.Resource, RunStage.Reading);
        var output = context.Lake.Table(TableName.Parse(spec.Table));
        var published = await output.ReadSnapshotAsync(null, cancellationToken);
        if (published is null)
            await TableDrop.FinishAsync(output, plan.Resource, context.Time, cancellationToken);
        else
            RequireOwn(output, published);
        var inputs = await ReadInputsAsync(cancellationToken);
        var consumed = Consumed(inputs);
        if (published is not null && IsMadeFrom(published, consumed))
            return Report(RunResult.UpToDate, inputs, [TableOf(published, 0)]) with { Consumed = consumed };

        context.Progress.Stage(plan.Resource, RunStage.Staging);
        var staging = new RunScratchBudget(scratch.Folder(ScratchPart.In), plan.Limits.ScratchBytes, scratch.IsApart);
        StagedOutput staged;
        IReadOnlyList<CheckResult> checks;
        inputs = await PruneAsync(inputs, cancellationToken);
        var tables = await TableStaging.StageAsync(inputs, staging, cancellationToken);
        var worker = await context.Workers.RentAsync(cancellationToken);
        await using (worker)
        {
            context.Progress.Stage(plan.Resource, RunStage.Running);
            staged = await StagedOutput.WriteAsync(worker, plan, tables, scratch.Folder(ScratchPart.Out), cancellationToken);
            context.Progress.Rows(plan.Resource, staged.Rows);
            checks = await GateAudit.JudgeAsync(worker, plan, context, staged, staging, cancellationToken);
        }

        var read = inputs.Sum(input => input.Files.Sum(file => file.Rows ?? 0));
        if (GateAudit.Verdict(checks, spec.Table) is { } verdict)
        {
            return Report(RunResult.Blocked, inputs, published is null ? [] : [TableOf(published, 0)])
                with { Error = verdict, Checks = checks, RowsRead = read };
        }

        var commit = await PublishAsync(output, published, staged, consumed, cancellationToken);
        return Report(RunResult.Succeeded, inputs, [TableOf(commit.Snapshot, staged.Rows)]) with
        {
            Checks = checks,
            RowsRead = read,
            RowsWritten = staged.Rows,
            Consumed = consumed,
        };
    }

    /// <summary>The commit would refuse it as well; here it costs no run.</summary>
    private void RequireOwn(DeltaTable output, Snapshot published)
    {
        if (plan.Adopt == true || published.Owner == TableProperties.OwnerOf(plan.Resource))
            return;
        throw new DiagnosticException(
            TableCodes.OwnedByAnother,
            published.Owner is { } owner ? $"{output.Name} belongs to {owner}" : $"{output.Name} was written by another program",
            "write another table, or take this one: annotation lakehouse.dev/adopt: \"true\"");
    }

    private async Task<IReadOnlyList<PinnedTable>> ReadInputsAsync(CancellationToken cancellationToken)
    {
        var inputs = new List<PinnedTable>(spec.Inputs.Count);
        foreach (var input in spec.Inputs)
        {
            var table = context.Lake.Table(TableName.Parse(input.Table));
            var snapshot = await table.ReadSnapshotAsync(input.PinnedVersion, cancellationToken)
                ?? throw new DiagnosticException(RunCodes.InputMissing, $"{input.Table} does not exist yet", "run what writes it first");
            inputs.Add(new PinnedTable(table, snapshot, input.PinnedVersion));
        }

        return inputs;
    }

    /// <summary>No worker is held while files are brought.</summary>
    private async Task<IReadOnlyList<PinnedTable>> PruneAsync(IReadOnlyList<PinnedTable> inputs, CancellationToken cancellationToken)
    {
        var worker = await context.Workers.RentAsync(cancellationToken);
        await using (worker)
            return await InputPruning.PruneAsync(worker, spec.Sql, inputs, cancellationToken);
    }

    private ConsumedInputs Consumed(IReadOnlyList<PinnedTable> inputs) => new(
        [.. inputs.Select(input => new ConsumedInput(input.Table.Name.ToString(), input.Snapshot.TableId, input.Snapshot.DataVersion, input.PinnedVersion))],
        spec.SqlHash,
        spec.Gates.ToDictionary(gate => gate.Name, gate => gate.Hash, StringComparer.Ordinal));

    /// <summary>Equal causes have equal keys, whatever the order of their parts; pinned inputs are part of the SQL.</summary>
    private static bool IsMadeFrom(Snapshot published, ConsumedInputs wanted) =>
        published.Domains.TryGetValue(ConsumedInputs.Domain, out var json)
        && ConsumedInputs.TryParse(json) is { } committed
        && Pipelines.Decisions.TriggerKeys.Of(committed, null) == Pipelines.Decisions.TriggerKeys.Of(wanted, null);

    private async Task<CommitResult> PublishAsync(
        DeltaTable output, Snapshot? published, StagedOutput staged, ConsumedInputs consumed, CancellationToken cancellationToken)
    {
        context.Progress.Stage(plan.Resource, RunStage.Committing);
        var files = await output.StoreAsync(staged.Files, staged.Schema, cancellationToken);
        var change = new TableChange(
            ChangeKind.Replace,
            published,
            staged.Schema,
            files,
            new Dictionary<string, string>(StringComparer.Ordinal) { [ConsumedInputs.Domain] = consumed.ToJson() },
            Transaction: null,
            TableProperties.For(plan.Resource, plan.Lake, appendOnly: false),
            "WRITE",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["mode"] = "Overwrite", ["partitionBy"] = PartitionsAsJson(staged.Schema.PartitionColumns) },
            plan.RunId,
            plan.PlanHash,
            files.Count > 0 ? files.Min(file => file.ModificationTime) : null,
            plan.Adopt == true);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            // From here on the outcome matters more than the wish to stop: a commit in hand is finished.
            var commit = await output.CommitAsync(change, CancellationToken.None);
            context.Progress.Committed(plan.Resource, output.Name, commit.Version, staged.Rows);
            return commit;
        }
        catch (CommitConflictException)
        {
            await RemoveAsync(output, files);
            throw;
        }
    }

    /// <summary>Only after a conflict, when it is certain that no commit names them.</summary>
    private async Task RemoveAsync(DeltaTable output, IReadOnlyList<DataFile> files)
    {
        try
        {
            foreach (var file in files)
                await output.Store.DeleteAsync(DataFilePath.KeyIn(output.Store, file.Path), CancellationToken.None);
        }
        catch (DiagnosticException e)
        {
            RunLog.LeftFiles(context.Log, plan.Resource, output.Store.Location, e);
        }
    }

    private RunReport Report(RunResult result, IReadOnlyList<PinnedTable> inputs, IReadOnlyList<TableReport> tables) => RunReport.Of(plan, result, started, context.Time.GetUtcNow()) with
    {
        Inputs = [.. inputs.Select(input => new InputVersion(input.Table.Name.ToString(), input.Snapshot.TableId, input.Snapshot.Version, input.Snapshot.DataVersion))],
        Tables = tables,
    };

    private TableReport TableOf(Snapshot snapshot, long added) => new(
        spec.Table, snapshot.TableId, snapshot.Version, snapshot.DataVersion, snapshot.Rows, added, LastCommitTime: snapshot.Timestamp);

    private static string PartitionsAsJson(IReadOnlyList<string> columns) =>
        $"[{string.Join(',', columns.Select(column => $"\"{System.Text.Json.JsonEncodedText.Encode(column)}\""))}]";
}
