namespace LakehouseOperator.Pipelines.Decisions;

/// <summary>One subject before the rules.</summary>
internal sealed record Case(Subject Subject, Cause Cause, View View)
{
    internal ScheduleSlot Slot => View.SlotOf(Subject);

    internal DateTimeOffset Now => View.Observed.Now;

    /// <summary>Since when the run is owed, for fairness and for the longest wait.</summary>
    internal DateTimeOffset DueSince => Subject.DueSince is { } since && since <= Now ? since : Now;

    internal Decision Rest(Reason reason, string message) => new(Subject.Id, Verdict.Rest, reason, message, Cause.Trigger);

    internal Decision Wait(Reason reason, string message, DateTimeOffset? at = null) =>
        new(Subject.Id, Verdict.Wait, reason, message, Cause.Trigger, Cause.Attempt, at, DueSince);

    internal Decision Start(string message) => new(Subject.Id, Verdict.Start, Reason.Running, message, Cause.Trigger, Cause.Attempt, null, DueSince);
}

/// <summary>The first rule that answers decides.</summary>
internal delegate Decision? Rule(Case @case);

/// <summary>The rules, each about one thing, in the order in which they are asked.</summary>
internal static class Rules
{
    internal static readonly IReadOnlyList<Rule> OfIngestions =
        [IsStalled, IsRunning, IsSuspended, IsReadToTheEnd, IsOutOfAttempts, BacksOff, WaitsToBeTaken, StartsReading];

    internal static readonly IReadOnlyList<Rule> OfTransformations =
        [IsStalled, IsRunning, IsSuspended, MissesAnInput, IsReflected, IsOutOfAttempts, BacksOff, KeepsItsInterval, WaitsForRest, WaitsForUpstream, WaitsForPreferred, WaitsToBeTaken, StartsRun];

    internal static readonly IReadOnlyList<Rule> OfQualityChecks =
        [IsStalled, IsRunning, MissesAnInput, IsReflected, IsOutOfAttempts, BacksOff, WaitsForRest, WaitsForItsProducer, WaitsForPreferred, WaitsToBeTaken, StartsRun];

    private static Decision? IsStalled(Case @case) =>
        @case.Subject.Stalled is { } stall ? @case.Rest(stall.Reason, stall.Message) : null;

    private static Decision? IsRunning(Case @case) => @case.Subject switch
    {
        { Running: null } => null,
        IngestionSubject { DrainKey: null } => @case.Rest(Reason.Streaming, "reading"),
        { Running: var run } => @case.Rest(Reason.Running, $"attempt {run.Attempt} is under way"),
    };

    private static Decision? IsSuspended(Case @case) =>
        @case.Subject.Suspended ? @case.Rest(Reason.Suspended, "suspended; its last version stays") : null;

    private static Decision? IsReadToTheEnd(Case @case) =>
        @case.Cause.IsDue ? null : @case.Rest(Reason.Completed, "read to the end");

    private static Decision? MissesAnInput(Case @case)
    {
        if (View.Reads(@case.Subject).Concat(Pinned(@case.Subject)).FirstOrDefault(table => @case.View.Version(table) is null) is not { } missing)
            return null;
        var message = @case.View.Producer(missing) is { } producer
            ? $"{missing} does not exist yet; {producer.Id} writes it"
            : $"{missing} does not exist, and nothing here writes it";
        return @case.Rest(@case.Subject is TransformationSubject ? Reason.WaitingForUpstream : Reason.Pending, message);
    }

    private static IEnumerable<string> Pinned(Subject subject) =>
        subject is TransformationSubject transformation ? transformation.Inputs.Select(input => input.Table) : [];

    private static Decision? IsReflected(Case @case) => @case switch
    {
        { Cause.IsDue: true } => null,
        { Subject: QualityCheckSubject } => @case.Rest(Reason.Evaluated, "the newest version has been judged" + ByClock(@case)),
        { Subject: TransformationSubject { OnChange: false, Committed: null, LastRun: null, Schedule: { } } } => @case.Rest(Reason.Pending, "waits for its time" + ByClock(@case)),
        { Subject: TransformationSubject { OnChange: false, Committed: null, LastRun: null } } => @case.Rest(Reason.Pending, "runs only on request"),
        _ => @case.Rest(Reason.Succeeded, "up to date" + ByClock(@case)),
    };

    private static string ByClock(Case @case) => @case.Slot switch
    {
        { Missed: { } missed, Next: { } next } =>
            $"; the run of {ScheduleSlot.Text(missed)} was left out, since it could not be started within startingDeadlineSeconds; the next is at {ScheduleSlot.Text(next)}",
        { Next: { } next } => $"; the next run is at {ScheduleSlot.Text(next)}",
        _ => "",
    };

    private static Decision? IsOutOfAttempts(Case @case)
    {
        if (!@case.Cause.IsExhausted || @case.Cause.Failure is not { Exit: { } exit } failure)
            return null;
        var reason = Attempts.ReasonOf(exit, @case.Subject.Id.Kind);
        return @case.Rest(reason, failure.Message ?? $"attempt {failure.Attempt} ended with {exit}");
    }

    private static Decision? BacksOff(Case @case)
    {
        if (@case.Cause.Failure is not { } failure)
            return null;
        var backoff = Attempts.Backoff(@case.Cause.Attempt - 1);
        var at = failure.CompletionTime + backoff;
        if (!IsAhead(at, backoff, @case.Now))
            return null;
        var of = @case.Cause.Allowed > Attempts.Unlimited ? "" : $" of {@case.Cause.Allowed}";
        return @case.Wait(Reason.Pending, $"attempt {@case.Cause.Attempt}{of} follows at {at.UtcDateTime:HH:mm:ss}Z; {failure.Message ?? $"the last ended with {failure.Exit}"}", at);
    }

    /// <summary>Further ahead than the wait itself means that the clock was set back; whoever waited for the old time would wait for hours.</summary>
    private static bool IsAhead(DateTimeOffset at, TimeSpan wait, DateTimeOffset now) => at > now && at - now <= wait;

    /// <summary>A request is never late: someone waits for it.</summary>
    private static Decision? KeepsItsInterval(Case @case)
    {
        if (@case.Subject is not TransformationSubject { MinInterval: var interval, LastRun: { } last } || interval <= TimeSpan.Zero
            || @case.Cause is { Failure: not null } or { Trigger.Kind: Plans.TriggerKind.Request or Plans.TriggerKind.Schedule } || Cause.IsAsked(@case.Subject))
            return null;
        var at = last.StartTime + interval;
        return !IsAhead(at, interval, @case.Now) ? null : @case.Wait(Reason.Pending, $"the next run starts at {at.UtcDateTime:HH:mm:ss}Z, by its minInterval", at);
    }

    private static Decision? WaitsForRest(Case @case) => Upstream.Unrested(@case.Subject, @case.View) is { } ancestor
        ? @case.Wait(Reason.WaitingForUpstream, ancestor is IngestionSubject ? $"{ancestor.Id} is still being read" : $"{ancestor.Id} still owes a run")
        : null;

    private static Decision? WaitsForUpstream(Case @case)
    {
        if (@case.Subject is not TransformationSubject subject)
            return null;
        var until = @case.DueSince + subject.MaxWait;
        return until > @case.Now && Upstream.Behind(subject, @case.View) is { } producer
            ? @case.Wait(Reason.WaitingForUpstream, $"{producer.Id} still owes a run for a version that other inputs already hold; waits until {until.UtcDateTime:HH:mm:ss}Z at most", until)
            : null;
    }

    /// <summary>A gate that looks a key up should find the other table as new as its own.</summary>
    private static Decision? WaitsForPreferred(Case @case)
    {
        var until = @case.DueSince + (@case.Subject is TransformationSubject { MaxWait: var wait } ? wait : Plans.Defaults.MaxWait);
        return until > @case.Now && Upstream.Preferred(@case.Subject, @case.View) is { } producer
            ? @case.Wait(Reason.WaitingForUpstream, $"{producer.Id} is about to write a table that its checks refer to; waits until {until.UtcDateTime:HH:mm:ss}Z at most", until)
            : null;
    }

    /// <summary>What is about to be replaced need not be judged.</summary>
    private static Decision? WaitsForItsProducer(Case @case)
    {
        var until = @case.DueSince + Plans.Defaults.MaxWait;
        return until > @case.Now && @case.Subject is QualityCheckSubject check && @case.View.Producer(check.Table) is TransformationSubject producer && @case.View.Owes(producer)
            ? @case.Wait(Reason.Pending, $"{producer.Id} is about to write the table", until)
            : null;
    }

    /// <summary>Asked last: who waits for something else waits for that, and who is tried again would be started at once.</summary>
    private static Decision? WaitsToBeTaken(Case @case) => @case.Subject.Held is { } held && (held.Key is null || held.Key == @case.Cause.Trigger?.Key) && IsAhead(held.Until, Attempts.LongestHold, @case.Now)
        ? @case.Wait(Reason.Pending, held.Message, held.Until) with { IsHeld = true }
        : null;

    private static Decision StartsReading(Case @case) => @case.Start("starts reading");

    private static Decision StartsRun(Case @case) => @case.Start(@case.Cause.Trigger?.Kind switch
    {
        Plans.TriggerKind.Request => "requested",
        _ when @case.Cause.Attempt > 1 => $"attempt {@case.Cause.Attempt}",
        Plans.TriggerKind.Schedule when @case.Slot.Due is { } scheduled => $"scheduled for {ScheduleSlot.Text(scheduled)}",
        _ => "changed since the last run",
    });
}
