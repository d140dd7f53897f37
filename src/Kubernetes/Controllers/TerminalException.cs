using LakehouseOperator.Kubernetes.Objects;

namespace LakehouseOperator.Kubernetes.Controllers;

/// <summary>Trying again is of no use until the object changes; a reconcile that throws it is not repeated.</summary>
public class TerminalException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The object is there, but does not fit its type.</summary>
public sealed class UndecodableException(ObjectKey key, string error) : TerminalException($"{key} cannot be read: {error}")
{
    public ObjectKey Key { get; } = key;

    public string Error { get; } = error;
}
