using LakehouseOperator.Engine.Tables.Statistics;

namespace LakehouseOperator.Engine.Tables.Scanning;

public enum Comparison
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    IsNull,
    IsNotNull,
}

/// <summary>A column against a constant of its type, with SQL's meaning: NULL compares as unknown, which keeps no row.</summary>
/// <param name="Value">None for the two that ask for NULL.</param>
public sealed record ScanTerm(string Column, Comparison Comparison, ColumnValue? Value = null);

/// <summary>Terms of which a row must meet every one.</summary>
public sealed record ScanPredicate(IReadOnlyList<ScanTerm> Terms);
