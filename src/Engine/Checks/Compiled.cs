using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Engine.Checks;

/// <summary>What a check found, before its severity is weighed.</summary>
/// <param name="Outcome">Passed, Failed, Errored or NoData.</param>
/// <param name="Measured">Finite, or null.</param>
/// <param name="Threshold">The bound in words.</param>
/// <param name="Message">For people, without values out of the data.</param>
public sealed record Finding(CheckOutcome Outcome, double? Measured, string Threshold, string? Message = null);

/// <summary>A check as questions to the table.</summary>
public abstract record Compiled
{
    private Compiled()
    {
    }

    /// <summary>Answered without a row being read: by the schema, or by statistics that are exact.</summary>
    public sealed record Known(Finding Finding) : Compiled;

    /// <summary>Aggregates over the table, all of one scan.</summary>
    /// <param name="Terms">Aggregate expressions over the table's columns and <paramref name="Memberships"/>; equal ones are asked once.</param>
    /// <param name="Judge">From the terms' values in DuckDB's text form.</param>
    /// <param name="Threshold">For the case that the question cannot be answered.</param>
    public sealed record Asked(IReadOnlyList<string> Terms, Func<IReadOnlyList<string?>, Finding> Judge, string Threshold) : Compiled
    {
        public IReadOnlyList<Membership> Memberships { get; init; } = [];

        /// <summary>Rows that the scan is confined to, where the terms cannot filter for themselves. Checks with equal ones share a scan.</summary>
        public string? ScanWhere { get; init; }
    }
}

/// <summary>A boolean column beside the table's own: whether the key is in another table.</summary>
/// <param name="Name">Made from the expression, so that equal ones are one.</param>
public sealed record Membership(string Name, string Sql);
