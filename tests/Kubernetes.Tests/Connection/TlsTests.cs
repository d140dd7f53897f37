using System.Net;
using System.Security.Cryptography.X509Certificates;
using LakehouseOperator.Kubernetes.Api;
using LakehouseOperator.Kubernetes.Connection;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Kubernetes.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Kubernetes.Tests.Connection;

/// <summary>Only a server that the cluster's own authority vouches for is spoken to, over HTTP/2 where it offers that, with our certificate where it asks for one.</summary>
public sealed class TlsTests : IDisposable
{
    private static readonly ObjectKey Key = new("ns", "a");
    private readonly X509Certificate2 authority = Certificates.Authority("the cluster's");
    private readonly X509Certificate2 stranger = Certificates.Authority("a stranger's");

    public void Dispose()
    {
        authority.Dispose();
        stranger.Dispose();
    }

    [Fact]
    public async Task A_server_of_the_clusters_authority_is_spoken_to_over_HTTP2_with_our_certificate()
    {
        await using var server = await SecureServer.StartAsync(authority.Issue("server", "127.0.0.1"));
        using var mine = authority.Issue("me");
        using var client = Client(new ClusterConnection { Server = server.Address, Authorities = [authority], ClientCertificate = mine });
        var answer = await client.GetAsync(ResourceTypes.ConfigMaps, Key, default);
        Assert.Equal("HTTP/2 CN=me", answer!.Data!["k"]);
    }

    [Fact]
    public async Task A_server_that_only_the_systems_or_anothers_authority_vouches_for_is_refused()
    {
        await using var server = await SecureServer.StartAsync(authority.Issue("server", "127.0.0.1"));
        using var others = Client(new ClusterConnection { Server = server.Address, Authorities = [stranger] });
        await Assert.ThrowsAsync<UnavailableException>(() => others.GetAsync(ResourceTypes.ConfigMaps, Key, default));
        using var systems = Client(new ClusterConnection { Server = server.Address });
        await Assert.ThrowsAsync<UnavailableException>(() => systems.GetAsync(ResourceTypes.ConfigMaps, Key, default));
        Assert.Equal(0, server.Requests);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused_unless_that_name_is_the_one_to_expect()
    {
        await using var server = await SecureServer.StartAsync(authority.Issue("server", "kubernetes.default"));
        using var plain = Client(new ClusterConnection { Server = server.Address, Authorities = [authority] });
        await Assert.ThrowsAsync<UnavailableException>(() => plain.GetAsync(ResourceTypes.ConfigMaps, Key, default));
        using var named = Client(new ClusterConnection { Server = server.Address, Authorities = [authority], TlsServerName = "kubernetes.default" });
        Assert.StartsWith("HTTP/2", (await named.GetAsync(ResourceTypes.ConfigMaps, Key, default))!.Data!["k"], StringComparison.Ordinal);
        using var wrong = Client(new ClusterConnection { Server = server.Address, Authorities = [authority], TlsServerName = "another" });
        await Assert.ThrowsAsync<UnavailableException>(() => wrong.GetAsync(ResourceTypes.ConfigMaps, Key, default));
    }

    [Fact]
    public async Task Nobody_is_checked_only_where_that_is_asked_for()
    {
        await using var server = await SecureServer.StartAsync(stranger.Issue("server", "elsewhere"));
        using var client = Client(new ClusterConnection { Server = server.Address, SkipTlsVerification = true });
        Assert.NotNull(await client.GetAsync(ResourceTypes.ConfigMaps, Key, default));
    }

    private static KubernetesClient Client(ClusterConnection connection) => new(connection, TimeProvider.System, new ClientOptions { FieldManager = "tests" });

    /// <summary>Answers with the protocol and the client's certificate.</summary>
    private sealed class SecureServer : IAsyncDisposable
    {
        private readonly WebApplication application;
        private int requests;

        private SecureServer(X509Certificate2 certificate)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseKestrelHttpsConfiguration();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate, https =>
            {
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.AllowAnyClientCertificate();
            })));
            application = builder.Build();
            application.Run(context =>
            {
                Interlocked.Increment(ref requests);
                return context.Response.WriteAsync(Json.ConfigMap("a", 1, $"{context.Request.Protocol} {context.Connection.ClientCertificate?.Subject}"));
            });
        }

        public Uri Address => new(application.Urls.First());

        public int Requests => requests;

        public static async Task<SecureServer> StartAsync(X509Certificate2 certificate)
        {
            var server = new SecureServer(certificate);
            await server.application.StartAsync();
            return server;
        }

        public ValueTask DisposeAsync() => application.DisposeAsync();
    }
}
