using System.Collections.Concurrent;
using LakehouseOperator.DuckDb;
using LakehouseOperator.DuckDb.TableFunctions;
using LakehouseOperator.DuckDb.Types;
using LakehouseOperator.Engine.Ingest.Parsing.Quarantine;

namespace LakehouseOperator.Engine.Ingest.Parsing;

/// <summary>
/// Lets SQL of ours read records: parsed inside DuckDB's scan, straight into its vectors, on its threads. Registered once a database;
/// functions stay for as long as that does, so that each feed is a number that they are called with.
/// </summary>
public sealed class RecordTables
{
    internal const string RowsFunction = "lakehouse_records";
    internal const string QuarantineFunction = "lakehouse_quarantined";

    private readonly ConcurrentDictionary<long, RecordParse> parses = new();
    private long lastKey;

    private RecordTables()
    {
    }

    /// <exception cref="DuckDbException">They are registered already in this database.</exception>
    public static RecordTables Register(DuckDbConnection connection)
    {
        var tables = new RecordTables();
        connection.Register(new Function(RowsFunction, tables, static parse => new RowsBinding(parse)));
        connection.Register(new Function(QuarantineFunction, tables, static parse => new QuarantineBinding(parse)));
        return tables;
    }

    /// <summary>A pass over a feed; the caller disposes it after its statements.</summary>
    public RecordParse Open(RecordContract contract, IRecordFeed feed, RecordParseOptions options)
    {
        var key = Interlocked.Increment(ref lastKey);
        var parse = new RecordParse(this, key, contract, feed, options);
        parses[key] = parse;
        return parse;
    }

    internal void Close(long key) => parses.TryRemove(key, out _);

    private sealed class Function(string name, RecordTables tables, Func<RecordParse, TableBinding> bind) : TableFunction
    {
        public override string Name => name;

        public override IReadOnlyList<DuckDbType> Parameters => [DuckDbType.BigInt];

        /// <summary>Whether a record fits does not depend on what a statement wants of it, so every column is parsed anyway.</summary>
        public override bool SkipsUnusedColumns => name != RowsFunction;

        public override TableBinding Bind(IReadOnlyList<object?> arguments) =>
            arguments[0] is long key && tables.parses.TryGetValue(key, out var parse)
                ? bind(parse)
                : throw new InvalidOperationException($"{name} knows no open feed by this number");
    }

    private sealed class RowsBinding(RecordParse parse) : TableBinding
    {
        public override IReadOnlyList<DuckDbColumn> Columns { get; } =
        [
            .. parse.Contract.Columns.Select(static column => new DuckDbColumn(column.Name, column.Stored)),
            new DuckDbColumn(QuarantineColumns.Position, DuckDbType.Varchar),
        ];

        public override TableScan Open()
        {
            parse.Open();
            return new RowsScan(parse);
        }
    }

    private sealed class RowsScan(RecordParse parse) : TableScan
    {
        public override int MaxThreads => parse.Options.Threads;

        public override TableReader OpenReader() => new RecordReader(parse);
    }

    private sealed class QuarantineBinding(RecordParse parse) : TableBinding
    {
        public override IReadOnlyList<DuckDbColumn> Columns => QuarantineColumns.All;

        public override TableScan Open() => new QuarantineScan(parse);
    }

    private sealed class QuarantineScan(RecordParse parse) : TableScan
    {
        public override TableReader OpenReader() => parse.Spool.OpenReader();
    }
}
