namespace LakehouseOperator.Operator.Reports;

/// <summary>
/// Who sends a body now. One for each pod, and so few for each namespace that all that its pods can hold is its own turn: a namespace of which nothing is under way always gets one.
/// </summary>
internal sealed class PostsInFlight
{
    public const int MostOfNamespace = 8;

    /// <summary>What several namespaces have under way together, each body up to <see cref="ReportIntake.MostBytes"/>; beyond it each may have one.</summary>
    public const int MostTogether = 32;

    private readonly Lock gate = new();
    private readonly HashSet<string> pods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> namespaces = new(StringComparer.Ordinal);

    /// <returns>Whether it may; then <see cref="Leave"/> is owed.</returns>
    public bool TryEnter(string ns, string pod)
    {
        lock (gate)
        {
            var count = namespaces.GetValueOrDefault(ns);
            if (count >= MostOfNamespace || (count > 0 && pods.Count >= MostTogether) || !pods.Add(pod))
                return false;
            namespaces[ns] = count + 1;
            return true;
        }
    }

    public void Leave(string ns, string pod)
    {
        lock (gate)
        {
            pods.Remove(pod);
            if (--namespaces[ns] == 0)
                namespaces.Remove(ns);
        }
    }
}
