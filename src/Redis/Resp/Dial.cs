using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LakehouseOperator.Redis.Resp;

/// <summary>Opens the byte stream to a server.</summary>
internal static class Dial
{
    public static async Task<Stream> OpenAsync(RedisAddress address, RedisOptions options, CancellationToken cancellationToken)
    {
        Socket? socket = null;
        try
        {
            socket = await (options.Connect ?? ConnectAsync)(address.Host, address.Port, cancellationToken).ConfigureAwait(false);
            socket.NoDelay = true;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return address.Tls ? await SecureAsync(stream, address, options, cancellationToken).ConfigureAwait(false) : stream;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain
                ? new RedisConnectionException(RedisConnectionFault.UnknownHost, $"{address}: the name {address.Host} is not known", e)
                : new RedisConnectionException(RedisConnectionFault.Refused, $"{address}: {e.Message}", e);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    private static async Task<Socket> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Stream> SecureAsync(NetworkStream inner, RedisAddress address, RedisOptions options, CancellationToken cancellationToken)
    {
        var stream = new SslStream(inner);
        try
        {
            var authentication = new SslClientAuthenticationOptions
            {
                TargetHost = address.Host,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                CertificateChainPolicy = options.CaBundle is { } bundle ? Trusting(bundle) : null,
            };
            await stream.AuthenticateAsClientAsync(authentication, cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch (Exception e) when (e is AuthenticationException or IOException or CryptographicException)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw new RedisConnectionException(RedisConnectionFault.Tls, $"{address}: TLS failed: {e.Message}", e);
        }
    }

    private static X509ChainPolicy Trusting(string bundle)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(bundle);
        return policy.CustomTrustStore.Count > 0 ? policy : throw new CryptographicException("the CA bundle holds no certificate");
    }
}
