using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.SqlWorker.Sandboxes;
using LakehouseOperator.Engine.Tables.Writing;
using LakehouseOperator.Sql;
using LakehouseOperator.Sql.Protocol;

namespace LakehouseOperator.Engine.SqlWorker.Serving;

/// <summary>Runs a SELECT over staged files and writes its projected result as Parquet.</summary>
internal static class RunRequests
{
    public static RunResult Run(RequestContext context, RunRequest request)
    {
        var (statement, error) = context.Judge(request.Sql, request.Tables);
        if (statement is null)
            return new RunResult([], 0, error);
        var output = request.Output;
        var before = $"SELECT {string.Join(", ", output.Projection)} FROM (\n";
        var select = $"{before}{statement.Text.Prepared}\n) AS result";
        string[] setup = [ParquetWriter.SessionSettings.TrimEnd(' ', ';'), .. TableViews.OverFiles(request.Tables)];
        if (context.Lock(request.Limits, output.Directory, request.Tables, setup) is { } unreadable)
            return new RunResult([], 0, unreadable);
        try
        {
            var target = new ParquetOutput(output.Directory, output.PartitionColumns, output.TargetFileSizeBytes);
            var files = ParquetWriter.Write(context.Connection, select, target, context.CancellationToken);
            return new RunResult(files, files.Sum(static file => file.Rows));
        }
        catch (DuckDbException e) when (!e.IsInterrupt)
        {
            // The writer puts the SELECT into a COPY, where positions are others than those of binding it alone.
            var bound = BindError(context, select);
            var offset = RequestContext.BytesOf(before) + (bound is null ? RequestContext.BytesOf("COPY (\n") : 0);
            var isPlaced = bound is not null || output.PartitionColumns.Count == 0;
            return new RunResult([], 0, RequestContext.Classify(bound ?? e, statement.Text, isPlaced ? offset : null, before, request.Tables));
        }
    }

    private static DuckDbException? BindError(RequestContext context, string select)
    {
        try
        {
            context.Connection.Prepare(select).Dispose();
            return null;
        }
        catch (DuckDbException e) when (!e.IsInterrupt)
        {
            return e;
        }
    }
}
