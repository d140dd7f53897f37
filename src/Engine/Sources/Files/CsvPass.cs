using System.Text;
using LakehouseOperator.DuckDb;
using LakehouseOperator.DuckDb.TableFunctions;
using LakehouseOperator.DuckDb.Types;
using LakehouseOperator.DuckDb.Vectors;
using LakehouseOperator.Engine.Ingest;
using LakehouseOperator.Engine.Ingest.Parsing.Quarantine;
using LakehouseOperator.Engine.Sources.Files.Text;

namespace LakehouseOperator.Engine.Sources.Files;

/// <summary>
/// Reads a commit's CSV files into a relation whose columns are those that the contract asks for, whatever else each file has and in whatever order. What cannot be
/// told apart into columns is kept aside in the first pass.
/// </summary>
internal sealed class CsvPass : IColumnarPass
{
    private const string PayloadColumn = "_lakehouse_record";
    private const int FaultMemory = 8 << 20;

    private readonly QuarantineSpool faults;
    private readonly RelationTables.Relation records;
    private readonly RelationTables.Relation refused;

    public CsvPass(FileSequence files, CsvDialect dialect, ColumnarOpening opening)
    {
        faults = new QuarantineSpool(opening.Scratch, FaultMemory);
        Names = [.. opening.Contract.Columns.Select(static column => column.Path.Steps[0].Name!).Distinct(StringComparer.Ordinal)];
        records = opening.Relations.Open(new RecordsBinding(this, files, new CsvRecords(files, dialect, Names, opening.Contract.UnknownFields, faults)));
        refused = opening.Relations.Open(new FaultsBinding(faults));
        Parts = [new ColumnarPart(records.Sql, [.. Names.Select(static name => new DuckDbColumn(name, DuckDbType.Varchar))], QuarantineColumns.Position, PayloadColumn)];
    }

    public IReadOnlyList<ColumnarPart> Parts { get; }

    public long Records { get; private set; }

    public long Faults => faults.Count;

    public string FaultsSql => refused.Sql;

    private IReadOnlyList<string> Names { get; }

    public void Dispose()
    {
        records.Dispose();
        refused.Dispose();
        faults.Dispose();
    }

    private sealed class RecordsBinding(CsvPass pass, FileSequence files, CsvRecords records) : TableBinding
    {
        private int scans;

        public override IReadOnlyList<DuckDbColumn> Columns { get; } =
        [
            .. pass.Names.Select(static name => new DuckDbColumn(name, DuckDbType.Varchar)),
            new DuckDbColumn(QuarantineColumns.Position, DuckDbType.Varchar),
            new DuckDbColumn(PayloadColumn, DuckDbType.Varchar),
        ];

        public override TableScan Open()
        {
            if (Interlocked.Increment(ref scans) > 1)
                files.Replay();
            return new RecordsScan(pass, records);
        }
    }

    private sealed class RecordsScan(CsvPass pass, CsvRecords records) : TableScan
    {
        public override TableReader OpenReader() => new RecordsReader(pass, records);
    }

    private sealed class RecordsReader(CsvPass pass, CsvRecords records) : TableReader
    {
        /// <summary>Bytes after which a chunk goes back although it has room; its last record may pass it.</summary>
        private const long ChunkBytes = 16 << 20;

        public override int Read(ChunkWriter chunk)
        {
            var columns = new VectorWriter[pass.Names.Count + 2];
            for (var i = 0; i < columns.Length; i++)
                columns[i] = chunk.Column(i);
            var rows = 0;
            for (var bytes = 0L; rows < ChunkWriter.Capacity && bytes < ChunkBytes && records.TryRead(); rows++, bytes += records.Record.Length)
            {
                for (var column = 0; column < pass.Names.Count; column++)
                {
                    if (records.IsNull(column))
                        SetNull(ref columns[column], rows);
                    else
                        Write(columns[column], rows, records.Text(column));
                }

                Write(columns[^2], rows, records.Position);
                Write(columns[^1], rows, records.Record);
            }

            pass.Records = records.Count;
            return rows;
        }

        private static void Write(VectorWriter column, int row, ReadOnlySpan<byte> text)
        {
            if (column.IsWanted)
                column.WriteUtf8(row, text);
        }

        private static void SetNull(ref VectorWriter column, int row)
        {
            if (column.IsWanted)
                column.SetNull(row);
        }
    }

    private sealed class FaultsBinding(QuarantineSpool faults) : TableBinding
    {
        public override IReadOnlyList<DuckDbColumn> Columns => QuarantineColumns.All;

        public override TableScan Open() => new FaultsScan(faults);
    }

    private sealed class FaultsScan(QuarantineSpool faults) : TableScan
    {
        public override TableReader OpenReader() => faults.OpenReader();
    }
}
