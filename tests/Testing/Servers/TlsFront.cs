using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace LakehouseOperator.Testing.Servers;

/// <summary>Speaks TLS in front of a server on loopback that does not.</summary>
public sealed class TlsFront : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly X509Certificate2 certificate;
    private readonly int target;
    private readonly Task accepting;

    public TlsFront(TestCertificates certificates, int target)
    {
        using var files = new CertificateFiles(certificates);
        using var pem = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        this.target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Stop();
        await accepting;
        certificate.Dispose();
        ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = CarryAsync(await listener.AcceptTcpClientAsync(ending.Token));
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    /// <summary>A boundary: a handshake that fails is the client's to tell of.</summary>
    private async Task CarryAsync(TcpClient client)
    {
        try
        {
            using (client)
            using (var server = new TcpClient())
            await using (var secure = new SslStream(client.GetStream()))
            {
                await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, ending.Token);
                await server.ConnectAsync(IPAddress.Loopback, target, ending.Token);
                await Task.WhenAny(secure.CopyToAsync(server.GetStream(), ending.Token), server.GetStream().CopyToAsync(secure, ending.Token));
            }
        }
        catch (Exception)
        {
            client.Dispose();
        }
    }

    private sealed class CertificateFiles : IDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("lakehouse-tls-").FullName;

        public CertificateFiles(TestCertificates certificates)
        {
            var files = certificates.Write(folder);
            (Certificate, Key) = (files[0], files[1]);
        }

        public string Certificate { get; }

        public string Key { get; }

        public void Dispose() => Directory.Delete(folder, recursive: true);
    }
}
