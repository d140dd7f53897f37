using System.Globalization;
using System.Text;
using LakehouseOperator.Engine.Ingest;

namespace LakehouseOperator.Engine.Tests.Ingest.Parsing;

/// <summary>Records out of memory, each positioned by its number.</summary>
public sealed class ListFeed(IReadOnlyList<byte[]> records, int batchSize = 1000) : IRecordFeed
{
    private readonly Lock gate = new();
    private int next;

    public static ListFeed Of(params IEnumerable<string> records) => new([.. records.Select(Encoding.UTF8.GetBytes)]);

    public bool TryNext(RecordBatch batch)
    {
        lock (gate)
        {
            for (; batch.Count < batchSize && next < records.Count; next++)
                batch.Add(records[next], Encoding.UTF8.GetBytes(next.ToString(CultureInfo.InvariantCulture)));
            return batch.Count > 0;
        }
    }
}
