using System.Security.Cryptography.X509Certificates;

namespace LakehouseOperator.Kubernetes.Connection;

/// <summary>Where an API server is, how it proves itself to us, and how we do to it.</summary>
public sealed class ClusterConnection
{
    public required Uri Server { get; init; }

    /// <summary>The only roots that are trusted; those of the system where absent.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>The certificate is made out to this name rather than to the server's host.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>Nobody checks who the server is. Never the default.</summary>
    public bool SkipTlsVerification { get; init; }

    /// <summary>With its private key.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>What the server may need to trace it to its authority.</summary>
    public X509Certificate2Collection? ClientCertificateChain { get; init; }

    public BearerToken? Token { get; init; }

    public Uri? Proxy { get; init; }

    /// <summary>Of the context, or of our own pod; <c>default</c> where neither says.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>An explicit kubeconfig, else those of the variable KUBECONFIG, else the pod that we run in, else ~/.kube/config.</summary>
    /// <param name="context">Of the kubeconfig; its current one where absent.</param>
    /// <exception cref="ConnectionException">There is none, it cannot be read, or it asks for what is not supported.</exception>
    public static ClusterConnection Load(string? kubeconfig = null, string? context = null) => Surroundings.Ours.Load(kubeconfig, context);
}

/// <summary>The way to a cluster cannot be made out; the message says what to change.</summary>
public sealed class ConnectionException(string message, Exception? cause = null) : Exception(message, cause);
