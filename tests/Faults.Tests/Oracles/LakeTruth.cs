namespace LakehouseOperator.Faults.Tests.Oracles;

/// <summary>What a lake's tables hold at their newest version: rows as text, sorted, without what differs between equal runs.</summary>
public sealed record LakeTruth(IReadOnlyDictionary<string, IReadOnlyList<string>> Rows)
{
    public long Count => Rows.Values.Sum(static rows => rows.Count);
}
