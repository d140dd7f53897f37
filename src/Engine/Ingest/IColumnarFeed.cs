using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Ingest.Parsing;

namespace LakehouseOperator.Engine.Ingest;

/// <summary>Records that have columns already, such as a CSV or a Parquet file's. They can be read more than once: only when something does not fit are they read again for it.</summary>
public interface IColumnarFeed
{
    /// <exception cref="Pipelines.Codes.DiagnosticException">There is nothing to be read as declared.</exception>
    IColumnarPass Open(ColumnarOpening opening);
}

/// <param name="Connection">For looking at what is there; the caller's own statements run on it too.</param>
/// <param name="Scratch">An existing folder.</param>
public sealed record ColumnarOpening(DuckDbConnection Connection, RelationTables Relations, RecordContract Contract, string Scratch);

/// <summary>Relations that together give every record which has the columns, each time the same.</summary>
public interface IColumnarPass : IDisposable
{
    IReadOnlyList<ColumnarPart> Parts { get; }

    /// <summary>Records in all: those in <see cref="Parts"/> and the <see cref="Faults"/>. Known once the parts have been read.</summary>
    long Records { get; }

    /// <summary>Records that cannot be told apart into columns.</summary>
    long Faults { get; }

    /// <summary>These, as <see cref="Parsing.Quarantine.QuarantineColumns"/>, to put behind FROM.</summary>
    string FaultsSql { get; }
}

/// <param name="Relation">To put behind FROM.</param>
/// <param name="Columns">Those that are the record's.</param>
/// <param name="PositionSql">An expression over the relation.</param>
/// <param name="PayloadSql">The record as text, an expression over the relation; null: a JSON object of its columns.</param>
public sealed record ColumnarPart(string Relation, IReadOnlyList<DuckDbColumn> Columns, string PositionSql, string? PayloadSql);
