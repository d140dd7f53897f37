namespace LakehouseOperator.Pipelines.Decisions;

/// <summary>
/// Whom a due run should wait for. A diamond runs once: while an ancestor still owes a run for a version that another path has already brought
/// to the run's inputs, the two sides would show different moments. Where streams go on for ever, an ancestor that merely has newer work of its own holds nobody, so
/// that a chain under a busy source never starves.
/// </summary>
internal static class Upstream
{
    /// <summary>
    /// Where all ends when nothing is due any more, the first that owes a run of all that the subject comes from and of what it prefers: everything below runs once, when that is done. Drains end
    /// and attempts run out, so that this does.
    /// </summary>
    internal static Subject? Unrested(Subject subject, View view) =>
        view.Observed.Once ? view.Ancestors(subject).FirstOrDefault(view.Owes) ?? Preferred(subject, view) : null;

    /// <summary>
    /// A writer of a preferred table, or of what that is made from, that owes a run. Two that prefer each other's tables, directly or not, wait for
    /// neither: a preference is dropped where following it would lead back.
    /// </summary>
    internal static Subject? Preferred(Subject subject, View view)
    {
        foreach (var producer in subject.Prefers.Select(view.Producer).OfType<Subject>())
        {
            if (producer.Id == subject.Id)
                continue;
            var behind = view.AncestorsByPreference(producer).ToList();
            if (behind.All(other => other.Id != subject.Id) && behind.Prepend(producer).FirstOrDefault(view.Owes) is { } owing)
                return owing;
        }

        return null;
    }

    /// <summary>An ancestor that owes a run for a version that is already in one of the subject's changed inputs; null: none.</summary>
    internal static Subject? Behind(TransformationSubject subject, View view)
    {
        var arrived = Arrived(subject, view);
        if (arrived.Count == 0)
            return null;
        return view.Ancestors(subject).FirstOrDefault(ancestor =>
            ancestor is TransformationSubject transformation && view.Owes(ancestor) && Lags(transformation, arrived, view));
    }

    /// <summary>Versions that the subject's changed inputs reflect, by table: the greatest of each.</summary>
    private static Dictionary<(string Table, string Id), long> Arrived(TransformationSubject subject, View view)
    {
        var arrived = new Dictionary<(string Table, string Id), long>();
        foreach (var table in View.Reads(subject).Distinct(StringComparer.Ordinal))
        {
            if (view.Version(table) is { } version && Consumed(subject, table) != version)
                Add(table, version);
        }

        return arrived;

        void Add(string table, TableVersion version)
        {
            var key = (table, version.TableId);
            if (arrived.TryGetValue(key, out var known) && known >= version.DataVersion)
                return;
            arrived[key] = version.DataVersion;
            foreach (var (input, consumed) in MadeFrom(table, version, view))
                Add(input, consumed);
        }
    }

    /// <summary>
    /// Whether the ancestor's output misses what arrived: one of its inputs moved on to a version that holds what arrived, and what it
    /// consumed of that input does not.
    /// </summary>
    private static bool Lags(TransformationSubject ancestor, Dictionary<(string Table, string Id), long> arrived, View view)
    {
        foreach (var table in View.Reads(ancestor))
        {
            if (view.Version(table) is not { } version || Consumed(ancestor, table) is var consumed && consumed == version)
                continue;
            if (arrived.TryGetValue((table, version.TableId), out var known))
            {
                if (consumed?.TableId != version.TableId || consumed.DataVersion < known)
                    return true;
            }
            else if (Holds(table, version, arrived, view, []))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Holds(string table, TableVersion version, Dictionary<(string Table, string Id), long> arrived, View view, HashSet<(string Table, TableVersion Version)> seen)
    {
        foreach (var (input, consumed) in MadeFrom(table, version, view))
        {
            if (!seen.Add((input, consumed)))
                continue;
            if (arrived.TryGetValue((input, consumed.TableId), out var known) ? consumed.DataVersion >= known : Holds(input, consumed, arrived, view, seen))
                return true;
        }

        return false;
    }

    /// <summary>What a version was made from, where that is known: it is for the newest one alone.</summary>
    private static IEnumerable<(string Table, TableVersion Version)> MadeFrom(string table, TableVersion version, View view) =>
        view.Version(table) == version && view.Producer(table) is TransformationSubject { Committed: { } committed }
            ? committed.Inputs.Where(input => input.PinnedVersion is null).Select(input => (input.Table, new TableVersion(input.TableId, input.DataVersion)))
            : [];

    private static TableVersion? Consumed(TransformationSubject subject, string table) =>
        subject.Committed?.Inputs.FirstOrDefault(input => input.Table == table && input.PinnedVersion is null) is { } input
            ? new TableVersion(input.TableId, input.DataVersion)
            : null;
}
