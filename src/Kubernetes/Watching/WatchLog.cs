using LakehouseOperator.Kubernetes.Objects;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Kubernetes.Watching;

internal static partial class WatchLog
{
    [LoggerMessage(LogLevel.Information, "The watch of {Type} in {Namespace} broke and is taken up again: {Error}")]
    public static partial void Broke(ILogger logger, string type, string? @namespace, string error);

    [LoggerMessage(LogLevel.Error, "The API server refuses to list or watch {Type} in {Namespace}: {Error}")]
    public static partial void Refused(ILogger logger, string type, string? @namespace, string error);

    [LoggerMessage(LogLevel.Error, "{Type} in {Namespace} are not served: the API server does not let the operator {Verb} {Resource} there, or it is not there; it is asked again and again: {Error}")]
    public static partial void NotServed(ILogger logger, string type, string @namespace, string verb, string resource, string error);

    [LoggerMessage(LogLevel.Information, "{Type} in {Namespace} are served again")]
    public static partial void Served(ILogger logger, string type, string @namespace);

    [LoggerMessage(LogLevel.Warning, "The watch of {Type} in {Namespace} told of version {Version} after {Position}: listing again")]
    public static partial void WentBack(ILogger logger, string type, string? @namespace, string? version, string position);

    [LoggerMessage(LogLevel.Error, "{Key} of {Type} cannot be read: {Error}")]
    public static partial void Undecodable(ILogger logger, string type, ObjectKey key, string error);
}
