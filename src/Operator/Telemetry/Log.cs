using LakehouseOperator.Pipelines;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Operator.Telemetry;

/// <summary>The operator's events. An ERROR means that a person is needed.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "lakehouse-operator {Version} serves {Namespaces}; reports at {Reports}, metrics at {Metrics}")]
    public static partial void Started(ILogger logger, string version, string namespaces, string reports, string metrics);

    [LoggerMessage(2, LogLevel.Information, "{Namespace} {Resource}: {Reason}: {Message}")]
    public static partial void Noted(ILogger logger, string @namespace, ResourceId resource, string reason, string message);

    [LoggerMessage(3, LogLevel.Debug, "an Event was lost: {Reason}: {Message}")]
    public static partial void EventLost(ILogger logger, string reason, string message);

    [LoggerMessage(4, LogLevel.Debug, "SQL of {Count} resources of {Namespace} cannot be judged now")]
    public static partial void NotJudged(ILogger logger, string @namespace, int count);

    [LoggerMessage(5, LogLevel.Warning, "a report was refused: {Reason}")]
    public static partial void ReportRefused(ILogger logger, string reason);

    [LoggerMessage(6, LogLevel.Information, "leading as {Identity}")]
    public static partial void Leading(ILogger logger, string identity);

    [LoggerMessage(7, LogLevel.Error, "the lease is lost: {Message}")]
    public static partial void LeaseLost(ILogger logger, string message);

    [LoggerMessage(8, LogLevel.Error, "a watch is deaf: {Name}; the process ends")]
    public static partial void Deaf(ILogger logger, string name);

    [LoggerMessage(10, LogLevel.Error, "{Namespace} {Resource}: the operator fails over it and leaves it alone")]
    public static partial void Fault(ILogger logger, string @namespace, ResourceId resource, Exception exception);

    [LoggerMessage(11, LogLevel.Warning, "the SQL worker is away, and new SQL is not judged: {Message}")]
    public static partial void WorkerAway(ILogger logger, string message);

    [LoggerMessage(12, LogLevel.Information, "the SQL worker is back")]
    public static partial void WorkerBack(ILogger logger);

    [LoggerMessage(9, LogLevel.Error, "ended where it should not: {Type}")]
    public static partial void Ended(ILogger logger, string type, Exception exception);
}
