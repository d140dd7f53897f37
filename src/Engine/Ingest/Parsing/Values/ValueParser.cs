using System.Text.Json;
using LakehouseOperator.DuckDb.Vectors;

namespace LakehouseOperator.Engine.Ingest.Parsing.Values;

/// <summary>
/// Turns the JSON value under the reader into one row of a vector. One thread's own; nested ones make a tree. Rows are written in any order and
/// may be written again: the last one counts.
/// </summary>
internal abstract class ValueParser
{
    private VectorWriter writer;

    protected ref VectorWriter Writer => ref writer;

    /// <summary>Takes the vector of a new chunk, or of the same one after its memory moved.</summary>
    public virtual void Attach(VectorWriter vector) => writer = vector;

    /// <summary>
    /// The reader is at the value's first token, which is not null; on success it is at its last one. After a fault a scalar's reader has not
    /// moved and a nested value's may be anywhere within it.
    /// </summary>
    /// <param name="record">What the reader reads.</param>
    public abstract ValueFault Parse(ref Utf8JsonReader reader, ReadOnlySpan<byte> record, int row);

    public virtual void SetNull(int row) => writer.SetNull(row);

    /// <summary>Remembers where lists end, so that a record that turns out bad leaves nothing in them.</summary>
    public virtual void Mark()
    {
    }

    public virtual void Rollback()
    {
    }

    /// <summary>Tells DuckDB how long lists are, before the chunk goes back.</summary>
    public virtual void Finish()
    {
    }
}
