using System.Net;
using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Kubernetes.Api;

/// <summary>The API server did not do what it was asked. The types say what the caller can do about it.</summary>
public abstract class KubernetesException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>404.</summary>
/// <param name="isObject">Whether the object or its namespace is not there; else nothing is served under the path, such as a kind whose definition is not installed.</param>
public sealed class NotFoundException(string message, bool isObject) : KubernetesException(message)
{
    public bool IsObject { get; } = isObject;
}

/// <summary>409. Somebody else was first: read again and decide again.</summary>
/// <param name="isAlreadyExists">Whether an object of that name was there before a create.</param>
public sealed class ConflictException(string message, bool isAlreadyExists) : KubernetesException(message)
{
    public bool IsAlreadyExists { get; } = isAlreadyExists;
}

/// <summary>410. The history asked for is no longer kept: list again.</summary>
public sealed class GoneException(string message) : KubernetesException(message);

/// <summary>429, 5xx, a time-out or a broken connection: the same may well succeed later. A write may have been carried out, unless the code is 429.</summary>
public sealed class UnavailableException(string message, Exception? cause = null) : KubernetesException(message, cause)
{
    /// <summary>How long the server asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Absent where no answer came.</summary>
    public HttpStatusCode? Code { get; init; }
}

/// <summary>400, 401, 403, 405, 422 and their like: the request is wrong or not allowed, and will be again until somebody changes something.</summary>
public sealed class RefusedException(HttpStatusCode code, string reason, string message, IReadOnlyList<StatusCause> causes) : KubernetesException(message)
{
    public HttpStatusCode Code { get; } = code;

    /// <summary>The server's word: Forbidden, Invalid, Unauthorized, ...</summary>
    public string Reason { get; } = reason;

    /// <summary>Which fields, where the server names them.</summary>
    public IReadOnlyList<StatusCause> Causes { get; } = causes;
}

/// <summary>A write was held back on this side, because <see cref="ClientOptions.MayWrite"/> said no; it was not sent.</summary>
public sealed class FencedException(string message) : KubernetesException(message);
