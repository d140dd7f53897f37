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

    /// <summary>Equal to one of several.</summary>
    In,
}

/// <summary>A column against a constant of its type, with SQL's meaning: NULL compares as unknown, which keeps no row.</summary>
/// <param name="Value">None for the two that ask for NULL, and for <see cref="Comparison.In"/>.</param>
/// <param name="Values">Of <see cref="Comparison.In"/>.</param>
public sealed record ScanTerm(string Column, Comparison Comparison, ColumnValue? Value = null, IReadOnlyList<ColumnValue>? Values = null);

/// <summary>Terms of which a row must meet every one.</summary>
public sealed record ScanPredicate(IReadOnlyList<ScanTerm> Terms);
