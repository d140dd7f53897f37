using LakehouseOperator.Pipelines;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Engine.Runs;

internal static partial class RunLog
{
    [LoggerMessage(1, LogLevel.Information, "{Resource}: {Table} version {Winner} came first; made again from what is there now")]
    public static partial void Redo(ILogger log, ResourceId resource, string table, long winner);

    [LoggerMessage(2, LogLevel.Error, "{Resource}: a defect ended the run")]
    public static partial void Defect(ILogger log, ResourceId resource, Exception exception);

    [LoggerMessage(3, LogLevel.Warning, "{Resource}: files of an unpublished result could not be removed from {Location}; vacuum will")]
    public static partial void LeftFiles(ILogger log, ResourceId resource, string location, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "the report was not taken at {Url}: {Why}")]
    public static partial void ReportNotTaken(ILogger log, Uri url, string why);

    [LoggerMessage(5, LogLevel.Information, "reports are taken again at {Url}")]
    public static partial void ReportTaken(ILogger log, Uri url);

    [LoggerMessage(6, LogLevel.Warning, "{Resource}: {Table} is not dropped: it belongs to {Owner}")]
    public static partial void NotOurs(ILogger log, ResourceId resource, TableName table, string owner);
}
