using LakehouseOperator.Kubernetes.Objects;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Kubernetes.Election;

internal static partial class ElectionLog
{
    [LoggerMessage(LogLevel.Information, "{Identity} leads: it holds the lease {Lease}")]
    public static partial void Leads(ILogger logger, ObjectKey lease, string identity);

    [LoggerMessage(LogLevel.Information, "The lease {Lease} is held by {Holder}")]
    public static partial void Holder(ILogger logger, ObjectKey lease, string holder);

    [LoggerMessage(LogLevel.Warning, "The lease {Lease} could not be tried for: {Error}")]
    public static partial void NotAcquired(ILogger logger, ObjectKey lease, string error);

    [LoggerMessage(LogLevel.Warning, "The lease {Lease} was not renewed: {Error}")]
    public static partial void NotRenewed(ILogger logger, ObjectKey lease, string error);

    [LoggerMessage(LogLevel.Information, "{Identity} gave the lease {Lease} back")]
    public static partial void Released(ILogger logger, ObjectKey lease, string identity);

    [LoggerMessage(LogLevel.Warning, "The lease {Lease} was not given back and runs out by itself: {Error}")]
    public static partial void NotReleased(ILogger logger, ObjectKey lease, string error);
}
