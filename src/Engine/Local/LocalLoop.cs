using System.Threading.Channels;
using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Decisions;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Local;

/// <param name="Once">Drain sources, run what is due, check, end. Otherwise streams run until the loop is told to stop.</param>
/// <param name="Places">Runs of one kind or another side by side, sources apart.</param>
public sealed record LoopOptions(bool Once, int Places);

/// <summary>
/// The loop of <c>lakehouse run</c> over one Lakehouse: observe, decide, start, and again when something changed. What is due is decided by
/// <see cref="Decide"/>, as it is for the operator; here is only who carries it out. A resource that fails stops nobody but those that need its table.
/// </summary>
public sealed class LocalLoop(LocalSet set, PlanSetting setting, RunContext context, ILocalObserver observer, LoopOptions options)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(10);
    private readonly Dictionary<ResourceId, SubjectState> states = set.InOrder().ToDictionary(resource => resource.Id, resource => new SubjectState(resource));
    private readonly ObservedTables tables = new(context.Lake, set.Tables());
    private readonly Channel<Event> events = Channel.CreateUnbounded<Event>(new UnboundedChannelOptions { SingleReader = true });
    private readonly DateTimeOffset began = context.Time.GetUtcNow();
    private int running;

    /// <summary>Ends when nothing is due any more (once), or when <paramref name="stop"/> is cancelled and the runs in hand have ended.</summary>
    public async Task<IReadOnlyList<ResourceOutcome>> RunAsync(CancellationToken stop)
    {
        await using var wake = stop.Register(static writer => ((ChannelWriter<Event>)writer!).TryWrite(new Event.Tick()), events.Writer);
        await tables.ReadAllAsync(CancellationToken.None);
        while (true)
        {
            var next = stop.IsCancellationRequested ? null : StartWhatIsDue(stop);
            if (running == 0 && (stop.IsCancellationRequested || (options.Once && next is null)))
                return [.. states.Values.Select(state => Outcomes.Of(state, set, tables, stop.IsCancellationRequested))];
            await WaitAsync(next);
        }
    }

    /// <returns>When to decide again though nothing happened; null: never.</returns>
    private DateTimeOffset? StartWhatIsDue(CancellationToken stop)
    {
        var now = context.Time.GetUtcNow();
        var subjects = states.Values.Select(state => Subjects.Of(state, set, tables, began, options.Once)).ToList();
        var decisions = Decide.All(new Observed(subjects, tables.Versions, options.Places, now, options.Once));
        DateTimeOffset? next = options.Once ? null : now + LookAgain;
        foreach (var decision in decisions)
        {
            var state = states[decision.Resource];
            state.Decision = decision;
            state.DueSince = decision.DueSince;
            if (decision.Verdict == Verdict.Start && HasPlace(state))
                Start(state, decision, stop);
            else if (decision is { Verdict: not Verdict.Start, At: { } at } && (next is null || at < next))
                next = at;
        }

        return next;
    }

    /// <summary>Decisions share out places among runs; of drains, which they do not count, this loop has no more under way either.</summary>
    private bool HasPlace(SubjectState state) =>
        state.Resource is not IngestionResource || !options.Once
        || states.Values.Count(other => other is { Running: not null, Resource: IngestionResource }) < options.Places;

    private void Start(SubjectState state, Decision decision, CancellationToken stop)
    {
        var attempt = new PlanAttempt(Guid.NewGuid().ToString("N"), decision.Attempt, decision.Trigger!);
        var plan = state.Resource switch
        {
            IngestionResource ingestion => PlanBuilder.Build(ingestion, set.Checks, options.Once, setting, attempt),
            TransformationResource transformation => PlanBuilder.Build(transformation, set.Checks, set.Inputs[transformation.Id], setting, attempt),
            QualityCheckResource check => PlanBuilder.Build(check, null, setting, attempt),
            _ => throw new InvalidOperationException($"{decision.Resource} is not run"),
        };
        state.Running = new RunInHand(decision.Trigger!.Key, decision.Attempt, context.Time.GetUtcNow());
        state.HasRun = true;
        state.LastScheduleTime = decision.ScheduleTime ?? state.LastScheduleTime;
        running++;
        observer.Started(decision.Resource, decision.Attempt);
        _ = ExecuteAsync(plan, stop);
    }

    private async Task ExecuteAsync(RunPlan plan, CancellationToken stop)
    {
        // A run never throws; should it do so all the same, the loop hears of it as of any other end.
        var noticed = plan.Kind == ResourceKind.Ingestion ? context with { Progress = new CommitNotice(context.Progress, events.Writer) } : context;
        var report = await Task.Run(() => PlanRunner.ExecuteAsync(plan, noticed, stop), CancellationToken.None);
        events.Writer.TryWrite(new Event.Ended(plan, report));
    }

    private async Task WaitAsync(DateTimeOffset? until)
    {
        using var timer = until is { } at
            ? context.Time.CreateTimer(
                static writer => ((ChannelWriter<Event>)writer!).TryWrite(new Event.Tick()), events.Writer,
                at > context.Time.GetUtcNow() ? at - context.Time.GetUtcNow() : TimeSpan.Zero, Timeout.InfiniteTimeSpan)
            : null;
        await events.Reader.WaitToReadAsync(CancellationToken.None);
        var changed = new HashSet<string>(StringComparer.Ordinal);
        while (events.Reader.TryRead(out var happened))
        {
            switch (happened)
            {
                case Event.Ended ended:
                    changed.UnionWith(Written(ended.Plan));
                    Take(ended.Plan, ended.Report);
                    break;
                case Event.Wrote wrote:
                    changed.UnionWith(TableName.WithQuarantine(wrote.Table));
                    break;
                case Event.Tick when !options.Once:
                    changed.UnionWith(set.Tables());
                    break;
            }
        }

        await tables.ReadAsync(changed, CancellationToken.None);
    }

    private static IEnumerable<string> Written(RunPlan plan) => plan switch
    {
        { Ingestion: { } ingestion } => ingestion.Tables.SelectMany(table => TableName.WithQuarantine(table.Name)),
        { Transformation: { } transformation } => [transformation.Table],
        _ => [],
    };

    private void Take(RunPlan plan, RunReport report)
    {
        var state = states[plan.Resource];
        running--;
        state.Running = null;
        state.Report = report;
        state.Spent += report.CompletionTime - report.StartTime;
        var exit = report.Error?.Exit ?? RunnerExit.Done;
        state.LastRun = new AttemptedRun(
            plan.Trigger.Key, Subjects.Generation, plan.Attempt, Outcomes.IsFinal(report.Error, options.Once) ? RunnerExit.Invalid : exit,
            report.StartTime, report.CompletionTime, report.Error?.Message);
        TakeChecks(plan, report);
        observer.Finished(plan.Resource, report);
        if (report.Error is { } error && error.Code != RunCodes.Interrupted.Id && plan.Attempt < Attempts.Allowed(state.LastRun.Exit!.Value, plan.Kind, Subjects.Retries(state.Resource, options.Once)))
            observer.Retrying(plan.Resource, error, plan.Attempt + 1, Attempts.Backoff(plan.Attempt));
    }

    /// <summary>What gates found inside a run is what their QualityChecks have to say of that version.</summary>
    private void TakeChecks(RunPlan plan, RunReport report)
    {
        foreach (var byCheck in (report.Checks ?? []).GroupBy(check => check.QualityCheck, StringComparer.Ordinal))
        {
            if (!states.TryGetValue(new ResourceId(ResourceKind.QualityCheck, byCheck.Key, plan.Namespace), out var check))
                continue;
            check.Checks = [.. byCheck];
            check.HasRun = true;
            if (report.Tables is [{ } table, ..])
                check.Evaluated = new EvaluatedVersion(table.TableId, table.DataVersion, PlanHashes.Checks(((QualityCheckResource)check.Resource).Spec.Checks));
        }
    }

    private abstract record Event
    {
        public sealed record Tick : Event;

        public sealed record Wrote(string Table) : Event;

        public sealed record Ended(RunPlan Plan, RunReport Report) : Event;
    }

    /// <summary>Passes progress on, and lets the loop know of a stream's commits while the stream goes on.</summary>
    private sealed class CommitNotice(IRunProgress inner, ChannelWriter<Event> events) : IRunProgress
    {
        public void Stage(ResourceId resource, RunStage stage) => inner.Stage(resource, stage);

        public void Rows(ResourceId resource, long rows) => inner.Rows(resource, rows);

        public void Committed(ResourceId resource, TableName table, long version, long rowsAdded)
        {
            inner.Committed(resource, table, version, rowsAdded);
            events.TryWrite(new Event.Wrote(table.ToString()));
        }
    }
}
