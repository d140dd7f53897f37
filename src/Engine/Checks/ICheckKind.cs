using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Checks;

/// <summary>
/// One member of the catalogue of checks. Adding one is its record in <see cref="CheckSpec"/>, a folder here, a line in <see cref="CheckKinds.All"/>
/// and a section of the guide; the conformance suite asks for each.
/// </summary>
public interface ICheckKind
{
    /// <summary>The member's name in the document, such as <c>rowCount</c>.</summary>
    string Name { get; }

    /// <summary>Whether the check is of this kind.</summary>
    bool Declares(CheckSpec check);

    /// <summary>SQL in it that a user wrote, beside <c>where</c>; judged before <see cref="Compile"/> sees it.</summary>
    IEnumerable<Fragment> Fragments(CheckSpec check) => [];

    /// <summary>The table whose rows it needs beside its own, or null.</summary>
    string? RefersTo(CheckSpec check) => null;

    /// <summary>What is to be asked of the table, or the answer where that needs no asking.</summary>
    /// <exception cref="Pipelines.Codes.DiagnosticException">It cannot be asked (LH5xxx): the check is <c>Errored</c>.</exception>
    Compiled Compile(CheckScope scope);
}

/// <param name="Field">Where it stands in the check, such as <c>metric.expression</c>.</param>
/// <param name="Aggregate">It must aggregate; otherwise it must not.</param>
public sealed record Fragment(string Field, string Sql, bool Aggregate);

/// <summary>The catalogue.</summary>
public static class CheckKinds
{
    public static IReadOnlyList<ICheckKind> All { get; } =
    [
        new RowCount.RowCountKind(),
        new Missing.MissingKind(),
        new Unique.UniqueKind(),
        new Values.ValuesKind(),
        new Freshness.FreshnessKind(),
        new Reference.ReferenceKind(),
        new Schema.SchemaKind(),
        new Metric.MetricKind(),
        new Rows.RowsKind(),
    ];

    /// <exception cref="ArgumentException">No member is set; validation refuses that before.</exception>
    public static ICheckKind Of(CheckSpec check) =>
        All.FirstOrDefault(kind => kind.Declares(check)) ?? throw new ArgumentException($"the check {check.Name} is of no kind", nameof(check));
}
