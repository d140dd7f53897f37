using LakehouseOperator.Engine.Ingest;
using LakehouseOperator.Engine.Sources.Files.Text;

namespace LakehouseOperator.Engine.Sources.Files;

/// <summary>CSV files, as a relation of texts.</summary>
internal sealed class CsvBatch(FileSequence files, CsvDialect dialect) : SourceBatch, IColumnarFeed
{
    public override BatchContent Content => new BatchContent.ColumnarRecords(this);

    public IColumnarPass Open(ColumnarOpening opening) => new CsvPass(files, dialect, opening);

    public override ValueTask<BatchEnd?> CompleteAsync(CancellationToken cancellationToken) => ValueTask.FromResult(files.Complete());

    public override ValueTask DisposeAsync()
    {
        files.Dispose();
        return base.DisposeAsync();
    }
}
