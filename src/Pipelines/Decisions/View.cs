namespace LakehouseOperator.Pipelines.Decisions;

/// <summary>What was observed, with the questions that the rules ask of it answered once. Judges only what is owed, never what is started.</summary>
internal sealed class View
{
    private readonly Dictionary<string, Subject> producers = new(StringComparer.Ordinal);
    private readonly Dictionary<ResourceId, ScheduleSlot> slots = [];
    private readonly Dictionary<ResourceId, Cause> causes = [];

    internal View(Observed observed)
    {
        Observed = observed;
        foreach (var subject in observed.Subjects)
        {
            foreach (var table in Writes(subject))
                producers.TryAdd(table, subject);
            slots[subject.Id] = ScheduleSlot.Of(subject, observed.Now);
        }

        foreach (var subject in observed.Subjects)
            causes[subject.Id] = Cause.Of(subject, this);
    }

    internal Observed Observed { get; }

    internal Subject? Producer(string table) => producers.GetValueOrDefault(table);

    internal TableVersion? Version(string table) => Observed.Tables.GetValueOrDefault(table);

    internal ScheduleSlot SlotOf(Subject subject) => slots[subject.Id];

    internal Cause CauseOf(Subject subject) => causes[subject.Id];

    /// <summary>
    /// Whether the subject will write again without anyone's help: it is under way, or due and able to. What is suspended, stalled, out of attempts, refused time and
    /// again, waiting for its time, a request or for an input that nothing writes owes nothing and holds nobody; neither does a stream, which is under way for ever.
    /// </summary>
    internal bool Owes(Subject subject)
    {
        if (subject is IngestionSubject { DrainKey: null })
            return false;
        if (subject.Running is not null)
            return true;
        return !subject.Suspended && subject.Stalled is null && !(subject.Held?.Refusals > subject.Retries) && CauseOf(subject) is { IsDue: true, IsExhausted: false };
    }

    /// <summary>Everything that this subject's inputs come from, nearest first, each once.</summary>
    internal IEnumerable<Subject> Ancestors(Subject subject) => Closure(subject, Reads);

    /// <summary>The same, where what it prefers counts as an input too.</summary>
    internal IEnumerable<Subject> AncestorsByPreference(Subject subject) => Closure(subject, static of => Reads(of).Concat(of.Prefers));

    private IEnumerable<Subject> Closure(Subject subject, Func<Subject, IEnumerable<string>> tables)
    {
        var seen = new HashSet<ResourceId> { subject.Id };
        var queue = new Queue<Subject>([subject]);
        while (queue.TryDequeue(out var next))
        {
            foreach (var table in tables(next))
            {
                if (Producer(table) is { } producer && seen.Add(producer.Id))
                {
                    queue.Enqueue(producer);
                    yield return producer;
                }
            }
        }
    }

    internal static IEnumerable<string> Reads(Subject subject) => subject switch
    {
        TransformationSubject transformation => transformation.Inputs.Where(input => input.PinnedVersion is null).Select(input => input.Table),
        QualityCheckSubject check => [check.Table],
        _ => [],
    };

    private static IEnumerable<string> Writes(Subject subject) => subject switch
    {
        IngestionSubject ingestion => ingestion.Tables,
        TransformationSubject transformation => [transformation.Table],
        _ => [],
    };
}
