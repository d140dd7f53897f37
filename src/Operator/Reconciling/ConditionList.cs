using LakehouseOperator.Pipelines.Statuses;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>Conditions by kstatus, from those before: a time moves only when a status does.</summary>
internal sealed class ConditionList(IReadOnlyList<Condition>? before, long generation, DateTimeOffset now)
{
    /// <summary>What a message is cut at; a status is read on a terminal.</summary>
    private const int MessageLength = 1024;

    private readonly List<Condition> conditions = [];

    public ConditionList Set(string type, bool? status, string reason, string message)
    {
        var word = status switch { true => ConditionStatus.True, false => ConditionStatus.False, null => ConditionStatus.Unknown };
        var known = before?.FirstOrDefault(condition => condition.Type == type);
        var since = known?.Status == word ? known.LastTransitionTime : Seconds(now);
        conditions.Add(new Condition(type, word, reason, Words.Plain(message, MessageLength), since, generation));
        return this;
    }

    public IReadOnlyList<Condition> ToList() => conditions;

    /// <summary>Whether anything that people and programs wait for differs; times aside, and words that may count seconds.</summary>
    public static bool Differ(IReadOnlyList<Condition>? before, IReadOnlyList<Condition>? after) =>
        !(before ?? []).Select(Essence).SequenceEqual((after ?? []).Select(Essence));

    public static Condition? Find(IReadOnlyList<Condition>? conditions, string type) => conditions?.FirstOrDefault(condition => condition.Type == type);

    private static (string, ConditionStatus, string, long?) Essence(Condition condition) =>
        (condition.Type, condition.Status, condition.Reason, condition.ObservedGeneration);

    private static DateTimeOffset Seconds(DateTimeOffset time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), time.Offset);
}
