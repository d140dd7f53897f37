using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LakehouseOperator.Kubernetes.Connection;

namespace LakehouseOperator.Kubernetes.Tests.Connection;

/// <summary>Which cluster is meant, and how we prove ourselves to it.</summary>
public sealed class KubeconfigTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lh-kube-").FullName;
    private readonly Dictionary<string, string> variables = new(StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_current_context_is_meant_and_another_when_it_is_named()
    {
        var config = Write("config", TwoContexts);
        var current = Load(config);
        Assert.Equal(("https://one:6443/", "shop", "t1"), (current.Server.ToString(), current.Namespace, current.Token!.Current(TimeProvider.System)));
        var named = Load(config, "two");
        Assert.Equal(("https://two/base", "default"), (named.Server.ToString(), named.Namespace));
    }

    [Fact]
    public void Paths_are_relative_to_the_file_that_names_them()
    {
        var (pem, key) = Certificates.SelfSigned("client");
        Write("sub/ca.pem", pem);
        Write("sub/client.pem", pem);
        Write("sub/client.key", key);
        Write("sub/token", "from-file\n");
        var config = Write("sub/config", """
            current-context: c
            clusters: [{name: k, cluster: {server: "https://k", certificate-authority: ca.pem, tls-server-name: kubernetes}}]
            contexts: [{name: c, context: {cluster: k, user: u}}]
            users: [{name: u, user: {client-certificate: client.pem, client-key: client.key, tokenFile: token}}]
            """);
        var connection = Load(config);
        Assert.Single(connection.Authorities!);
        Assert.True(connection.ClientCertificate!.HasPrivateKey);
        Assert.Equal(("from-file", "kubernetes"), (connection.Token!.Current(TimeProvider.System), connection.TlsServerName));
    }

    [Fact]
    public void Data_in_the_file_counts_before_a_path()
    {
        var (pem, key) = Certificates.SelfSigned("client");
        var config = Write("config", $$$"""
            current-context: c
            clusters: [{name: k, cluster: {server: "https://k", certificate-authority: /nowhere, certificate-authority-data: {{{Base64(pem)}}} }}]
            contexts: [{name: c, context: {cluster: k, user: u}}]
            users: [{name: u, user: {client-certificate-data: {{{Base64(pem)}}}, client-key-data: {{{Base64(key)}}} }}]
            """);
        Assert.NotNull(Load(config).Authorities);
        Assert.NotNull(Load(config).ClientCertificate);
    }

    [Fact]
    public void Several_files_are_one_and_of_a_name_the_first_counts()
    {
        var first = Write("a", "current-context: one\nclusters:\n- name: k\n  cluster: {server: 'https://first'}\n");
        var second = Write("b", TwoContexts.Replace("name: k1", "name: k", StringComparison.Ordinal).Replace("cluster: k1", "cluster: k", StringComparison.Ordinal));
        variables["KUBECONFIG"] = $"{first}:/does/not/exist:{second}";
        Assert.Equal("https://first/", Load().Server.ToString());
        variables["KUBECONFIG"] = "/does/not/exist";
        Assert.Contains("KUBECONFIG", Assert.Throws<ConnectionException>(() => Load()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pod_finds_its_own_cluster_unless_a_kubeconfig_is_named()
    {
        Write("account/token", "pod-token");
        Write("account/namespace", "lakehouse\n");
        Write("account/ca.crt", Certificates.SelfSigned("ca").Pem);
        variables["KUBERNETES_SERVICE_HOST"] = "fd00::1";
        variables["KUBERNETES_SERVICE_PORT"] = "443";
        var pod = Load();
        Assert.Equal(("https://[fd00::1]/", "lakehouse", "pod-token"), (pod.Server.ToString(), pod.Namespace, pod.Token!.Current(TimeProvider.System)));
        Assert.Single(pod.Authorities!);
        variables["KUBECONFIG"] = Write("config", TwoContexts);
        Assert.Equal("https://one:6443/", Load().Server.ToString());
    }

    [Fact]
    public void The_home_folder_comes_last_and_without_any_the_message_says_where_was_looked()
    {
        variables["HOME"] = folder;
        Assert.Contains(".kube/config", Assert.Throws<ConnectionException>(() => Load()).Message, StringComparison.Ordinal);
        Write(".kube/config", TwoContexts);
        Assert.Equal("https://one:6443/", Load().Server.ToString());
    }

    [Theory]
    [InlineData("exec: {command: aws}", "exec")]
    [InlineData("auth-provider: {name: gcp}", "auth-provider")]
    [InlineData("{username: a, password: b}", "username")]
    [InlineData("{token: t, as: system:admin}", "as")]
    public void What_is_not_supported_is_refused_by_name(string user, string named)
    {
        var flow = user.StartsWith('{') ? user : $"{{{user}}}";
        var config = Write("config", $"current-context: c\nclusters: [{{name: k, cluster: {{server: 'https://k'}}}}]\ncontexts: [{{name: c, context: {{cluster: k, user: u}}}}]\nusers: [{{name: u, user: {flow}}}]\n");
        Assert.Contains($"'{named}'", Assert.Throws<ConnectionException>(() => Load(config)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: [")]
    [InlineData("just text")]
    [InlineData("clusters: []")]
    [InlineData("current-context: c")]
    [InlineData("current-context: c\ncontexts: [{name: c, context: {cluster: k}}]")]
    [InlineData("current-context: c\ncontexts: [{name: c, context: {cluster: k}}]\nclusters: [{name: k, cluster: {server: 'ftp://x'}}]")]
    [InlineData("current-context: c\ncontexts: [{name: c, context: {cluster: k}}]\nclusters: [{name: k, cluster: {server: 'https://x', certificate-authority-data: '!!'}}]")]
    [InlineData("current-context: c\ncontexts: [{name: c, context: {cluster: k}}]\nclusters: [{name: k, cluster: {server: 'https://x', certificate-authority: gone.pem}}]")]
    public void What_is_wrong_with_a_kubeconfig_is_one_kind_of_error(string text) => Assert.Throws<ConnectionException>(() => Load(Write("config", text)));

    [Fact]
    public void A_file_that_does_not_exist_is_told_by_its_path() =>
        Assert.Contains("/no/such/config", Assert.Throws<ConnectionException>(() => Load("/no/such/config")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_token_is_never_printed() => Assert.DoesNotContain("s3cret", BearerToken.Of("s3cret").ToString(), StringComparison.Ordinal);

    private const string TwoContexts = """
        apiVersion: v1
        kind: Config
        preferences: {}
        current-context: one
        clusters:
        - cluster:
            server: https://one:6443
          name: k1
        - cluster:
            insecure-skip-tls-verify: true
            server: https://two/base
          name: k2
        contexts:
        - context:
            cluster: k1
            namespace: shop
            user: u1
          name: one
        - context:
            cluster: k2
            user: ""
          name: two
        users:
        - name: u1
          user:
            token: t1
        """;

    private ClusterConnection Load(string? kubeconfig = null, string? context = null) =>
        new Surroundings(variables.GetValueOrDefault, Path.Combine(folder, "account")).Load(kubeconfig, context);

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}

/// <summary>Certificates for one test.</summary>
internal static class Certificates
{
    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset To = new(2090, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static (string Pem, string Key) SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(From, To);
        return (certificate.ExportCertificatePem(), key.ExportECPrivateKeyPem());
    }

    public static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(From, To);
    }

    public static X509Certificate2 Issue(this X509Certificate2 authority, string name, params string[] hosts)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (System.Net.IPAddress.TryParse(host, out var address))
                names.AddIpAddress(address);
            else
                names.AddDnsName(host);
        }

        if (hosts.Length > 0)
            request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, From.AddDays(1), To.AddDays(-1), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }
}
