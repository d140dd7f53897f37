using System.Globalization;
using LakehouseOperator.Engine.Ingest.Parsing.Quarantine;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Ingest.Parsing;

/// <param name="Scratch">An existing folder, where quarantined records go that memory does not hold.</param>
/// <param name="Threads">DuckDB threads that may parse at once.</param>
/// <param name="QuarantineMemory">Bytes of quarantined records kept in memory.</param>
public sealed record RecordParseOptions(string Scratch, int Threads, int QuarantineMemory = 8 << 20);

/// <summary>
/// One pass over a feed, as two relations: <see cref="RowsSql"/>, which may be read once, and then <see cref="QuarantineSql"/>, which may be read
/// again. At the end of the pass rows and quarantined records are together what the feed gave.
/// </summary>
public sealed class RecordParse : IDisposable
{
    private readonly RecordTables tables;
    private readonly long key;
    private readonly QuarantineSpool spool;
    private DiagnosticException? stopped;
    private long rows;
    private long nulled;
    private int opened;

    internal RecordParse(RecordTables tables, long key, RecordContract contract, IRecordFeed feed, RecordParseOptions options)
    {
        this.tables = tables;
        this.key = key;
        Contract = contract;
        Feed = feed;
        Options = options;
        spool = new QuarantineSpool(options.Scratch, options.QuarantineMemory);
    }

    /// <summary>To put behind FROM: the contract's columns as stored, then <c>_source_position</c>. In no order.</summary>
    public string RowsSql => string.Create(CultureInfo.InvariantCulture, $"{RecordTables.RowsFunction}({key})");

    /// <summary>To put behind FROM once the rows have been read: <see cref="QuarantineColumns"/>.</summary>
    public string QuarantineSql => string.Create(CultureInfo.InvariantCulture, $"{RecordTables.QuarantineFunction}({key})");

    /// <summary>Rows given so far.</summary>
    public long Rows => Volatile.Read(ref rows);

    /// <summary>Records quarantined so far.</summary>
    public long Quarantined => spool.Count;

    /// <summary>Values that <c>invalidValues: Null</c> left out so far.</summary>
    public long Nulled => Volatile.Read(ref nulled);

    /// <summary>Why the statement ended, where <c>invalidValues: Stop</c> ended it; DuckDB's own error then only repeats its message.</summary>
    public DiagnosticException? Stopped => Volatile.Read(ref stopped);

    internal RecordContract Contract { get; }

    internal IRecordFeed Feed { get; }

    internal RecordParseOptions Options { get; }

    internal QuarantineSpool Spool => spool;

    public void Dispose()
    {
        tables.Close(key);
        spool.Dispose();
    }

    internal void Open()
    {
        if (Interlocked.Exchange(ref opened, 1) != 0)
            throw new InvalidOperationException("the records of a feed are read once, and this statement reads them again");
    }

    internal void Count(int newRows, long newlyNulled)
    {
        Interlocked.Add(ref rows, newRows);
        if (newlyNulled != 0)
            Interlocked.Add(ref nulled, newlyNulled);
    }

    /// <summary>Quarantines a record, or ends the statement where the contract says to stop. A field too many was asked to be quarantined by its own rule.</summary>
    internal void Refuse(ValueFault fault, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> position, string? field, string message) =>
        Refuse(new RecordRefusal(fault.Code(), field, message), payload, position);

    /// <inheritdoc cref="Refuse(ValueFault, ReadOnlySpan{byte}, ReadOnlySpan{byte}, string, string)"/>
    internal void Refuse(RecordRefusal why, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> position)
    {
        if (Contract.InvalidValues == InvalidValues.Stop && why.Code != RecordCodes.UnknownField)
        {
            var at = System.Text.Encoding.UTF8.GetString(position);
            var stop = new DiagnosticException(
                why.Code, $"record {at}: {why.Message}", "mend the record at its source, or let contract.invalidValues be Quarantine");
            throw Interlocked.CompareExchange(ref stopped, stop, null) ?? stop;
        }

        spool.Add(payload, position, why.Code.Id, why.Field, why.Message);
    }
}
