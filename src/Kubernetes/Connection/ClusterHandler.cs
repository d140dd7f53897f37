using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace LakehouseOperator.Kubernetes.Connection;

/// <summary>How connections to a cluster are made: trust in its own authorities only, our certificate, and no connection that is dead without our noticing.</summary>
internal static class ClusterHandler
{
    public static SocketsHttpHandler Create(ClusterConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(20),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            SslOptions = Tls(connection),
        };
        if (connection.Proxy is { } proxy)
            handler.Proxy = new WebProxy(proxy);
        handler.ConnectCallback = connection is { TlsServerName: { } name, Proxy: null } && connection.Server.Scheme == Uri.UriSchemeHttps
            ? (context, cancellationToken) => ConnectTlsAsync(context.DnsEndPoint, connection, name, cancellationToken)
            : static (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, cancellationToken);
        return handler;
    }

    private static SslClientAuthenticationOptions Tls(ClusterConnection connection)
    {
        var options = new SslClientAuthenticationOptions();
        if (connection.SkipTlsVerification)
        {
            options.RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null;
        }
        else if (connection.Authorities is { } authorities)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        if (connection.ClientCertificate is { } certificate)
            options.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, connection.ClientCertificateChain, offline: true);
        return options;
    }

    /// <summary>HTTP/2 is asked for its life by pings; a connection of HTTP/1.1 only by TCP itself.</summary>
    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint server, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 20);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(server, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The handler would ask for the host's own name; it takes a stream that is secure already as it is.</summary>
    private static async ValueTask<Stream> ConnectTlsAsync(DnsEndPoint server, ClusterConnection connection, string name, CancellationToken cancellationToken)
    {
        var options = Tls(connection);
        options.TargetHost = name;
        options.ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];
        var secure = new SslStream(await ConnectAsync(server, cancellationToken));
        try
        {
            await secure.AuthenticateAsClientAsync(options, cancellationToken);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }
}
