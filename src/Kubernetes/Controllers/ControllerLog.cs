using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Kubernetes.Controllers;

internal static partial class ControllerLog
{
    [LoggerMessage(LogLevel.Debug, "{Controller}: {Key} lost a race, again in {Delay}: {Error}")]
    public static partial void Conflict(ILogger logger, string controller, object key, TimeSpan delay, string error);

    [LoggerMessage(LogLevel.Warning, "{Controller}: {Key} failed, again in {Delay}: {Error}")]
    public static partial void Failed(ILogger logger, string controller, object key, TimeSpan delay, string error);

    [LoggerMessage(LogLevel.Error, "{Controller}: {Key} failed unexpectedly, again in {Delay}")]
    public static partial void Unexpected(ILogger logger, Exception cause, string controller, object key, TimeSpan delay);

    [LoggerMessage(LogLevel.Error, "{Controller}: {Key} failed and is not tried again until it changes: {Error}")]
    public static partial void Terminal(ILogger logger, string controller, object key, string error);
}
