using System.Text.Json;
using LakehouseOperator.DuckDb;
using LakehouseOperator.DuckDb.Types;
using LakehouseOperator.DuckDb.Vectors;
using LakehouseOperator.Engine.SqlWorker.Judging;
using LakehouseOperator.Engine.SqlWorker.Sandboxes;
using LakehouseOperator.Sql;
using LakehouseOperator.Sql.Protocol;

namespace LakehouseOperator.Engine.SqlWorker.Serving;

/// <summary>Runs a SELECT and sends its rows in frames, as far as they fit the bounds.</summary>
internal static class QueryRequests
{
    private const int FrameBytes = 1 << 20;
    private const long MaxBytes = 256L << 20;

    /// <summary>Types that only DuckDB prints.</summary>
    private static readonly HashSet<DuckDbTypeId> Printed =
        [DuckDbTypeId.Bit, DuckDbTypeId.TimeTz, DuckDbTypeId.BigNum, DuckDbTypeId.Geometry, DuckDbTypeId.Interval, DuckDbTypeId.TimeNs, DuckDbTypeId.Variant];

    public static RowsEnd Query(RequestContext context, long id, QueryRequest request)
    {
        var (statement, error) = context.Judge(request.Sql, request.Tables);
        if (statement is null)
            return new RowsEnd([], false, error);
        if (context.Lock(request.Limits, null, request.Tables, TableViews.OverFiles(request.Tables)) is { } unreadable)
            return new RowsEnd([], false, unreadable);
        try
        {
            return Stream(context, id, statement.Text.Prepared, request.MaxRows);
        }
        catch (DuckDbException e) when (!e.IsInterrupt)
        {
            return new RowsEnd([], false, RequestContext.Classify(e, statement.Text, 0, "", request.Tables));
        }
    }

    private static RowsEnd Stream(RequestContext context, long id, string sql, long maxRows)
    {
        using var prepared = context.Connection.Prepare(sql);
        var described = prepared.DescribeColumns();
        IReadOnlyList<SqlColumn> columns = [.. described.Select(static column => new SqlColumn(column.Name, column.Type.ToString()))];
        using var rewritten = described.Any(static column => NeedsPrinting(column.Type)) ? context.Connection.Prepare(Print(sql, described)) : null;
        using var result = (rewritten ?? prepared).Stream();
        var (rows, bytes) = (0L, 0L);
        while (result.NextChunk() is { } chunk)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            var readers = new VectorReader[columns.Count];
            for (var column = 0; column < readers.Length; column++)
                readers[column] = chunk.Column(column);
            var row = 0;
            while (row < chunk.RowCount)
            {
                if (rows == maxRows || bytes > MaxBytes)
                    return new RowsEnd(columns, Truncated: true);
                var first = row;
                var most = Math.Min(chunk.RowCount, row + (maxRows - rows));
                var frame = Frame.Of(id, FrameKind.Rows, json =>
                {
                    json.WriteStartArray();
                    for (; row < most && json.BytesPending + json.BytesCommitted < FrameBytes; row++)
                        JsonValues.WriteRow(json, readers, row);
                    json.WriteEndArray();
                });
                rows += row - first;
                bytes += frame.Wire.Length;
                context.SendRows(frame).GetAwaiter().GetResult();
            }
        }

        return new RowsEnd(columns, Truncated: false);
    }

    private static bool NeedsPrinting(DuckDbType type) => Printed.Contains(type.Id) || type.Fields?.Any(static field => NeedsPrinting(field.Type)) == true;

    private static string Print(string sql, IReadOnlyList<DuckDbColumn> columns)
    {
        var names = Enumerable.Range(0, columns.Count).Select(static index => $"c{index}").ToList();
        var items = columns.Select((column, index) => NeedsPrinting(column.Type) ? $"CAST({names[index]} AS VARCHAR)" : names[index]);
        return $"SELECT {string.Join(", ", items)} FROM (\n{sql}\n) AS result({string.Join(", ", names)})";
    }
}
