using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace LakehouseOperator.Kubernetes.Connection;

/// <summary>kubeconfig files, as client-go merges and reads them: of entries with the same name the first counts, and paths are relative to the file that names them.</summary>
internal sealed class Kubeconfig
{
    private readonly Dictionary<string, Entry> clusters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Entry> users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Entry> contexts = new(StringComparer.Ordinal);
    private string? currentContext;

    private Kubeconfig()
    {
    }

    /// <exception cref="ConnectionException">A file cannot be read, or is no kubeconfig.</exception>
    public static Kubeconfig Read(IReadOnlyList<string> paths)
    {
        var merged = new Kubeconfig();
        foreach (var path in paths)
        {
            try
            {
                merged.Add(YamlReader.Read(File.ReadAllText(path)), path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ConnectionException($"the kubeconfig {path} cannot be read: {e.Message}", e);
            }
            catch (FormatException e)
            {
                throw new ConnectionException($"the kubeconfig {path} cannot be read: {e.Message}", e);
            }
        }

        return merged;
    }

    /// <param name="context">The current one where absent.</param>
    /// <exception cref="ConnectionException">It is not there, refers to what is not there, or asks for what is not supported.</exception>
    public ClusterConnection Connect(string? context)
    {
        var name = context ?? currentContext ?? throw new ConnectionException("the kubeconfig has no current-context: name one, or set it by 'kubectl config use-context'");
        var chosen = Find(contexts, "context", name);
        var cluster = Find(clusters, "cluster", chosen.Text("cluster") ?? throw new ConnectionException($"the context {name} names no cluster"));
        var user = chosen.Text("user") is { Length: > 0 } userName ? Find(users, "user", userName) : new Entry(new YamlNode.Scalar(null), "");
        RefuseUnsupported(user);
        var server = cluster.Text("server");
        if (!Uri.TryCreate(server, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http"))
            throw new ConnectionException($"the server '{server}' of the context {name} is no URL of http or https");
        var chain = Chain(user);
        return new ClusterConnection
        {
            Server = address,
            Authorities = cluster.Bytes("certificate-authority") is { } pem ? ReadCertificates(pem, "certificate-authority") : null,
            SkipTlsVerification = cluster.Text("insecure-skip-tls-verify") is "true" or "True",
            TlsServerName = cluster.Text("tls-server-name") is { Length: > 0 } tlsName ? tlsName : null,
            Proxy = cluster.Text("proxy-url") is { Length: > 0 } proxy ? ProxyOf(proxy) : null,
            ClientCertificate = chain is null ? null : Certificate(user),
            ClientCertificateChain = chain,
            Token = user.Path("tokenFile") is { } file ? BearerToken.FromFile(file) : user.Text("token") is { Length: > 0 } token ? BearerToken.Of(token) : null,
            Namespace = chosen.Text("namespace") is { Length: > 0 } ns ? ns : "default",
        };
    }

    internal static X509Certificate2Collection ReadCertificates(byte[] pem, string what)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(Encoding.UTF8.GetString(pem));
            return certificates.Count > 0 ? certificates : throw new ConnectionException($"{what} holds no certificate in PEM");
        }
        catch (CryptographicException e)
        {
            throw new ConnectionException($"{what} holds no certificates in PEM: {e.Message}", e);
        }
    }

    private static Uri ProxyOf(string proxy) =>
        Uri.TryCreate(proxy, UriKind.Absolute, out var address) ? address : throw new ConnectionException($"the proxy-url '{proxy}' is no URL");

    private static X509Certificate2Collection? Chain(Entry user) =>
        user.Bytes("client-certificate") is { } pem ? ReadCertificates(pem, "client-certificate") : null;

    private static X509Certificate2 Certificate(Entry user)
    {
        var pem = user.Bytes("client-certificate")!;
        var key = user.Bytes("client-key") ?? throw new ConnectionException("the user has a client-certificate and no client-key");
        try
        {
            return X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(pem), Encoding.UTF8.GetString(key));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new ConnectionException($"client-certificate and client-key are no pair in PEM: {e.Message}", e);
        }
    }

    private static void RefuseUnsupported(Entry user)
    {
        var asked = new[] { "exec", "auth-provider", "username", "password", "as", "as-uid", "as-groups", "as-user-extra" }.FirstOrDefault(name => user.Node.Member(name) is not null);
        if (asked is not null)
        {
            throw new ConnectionException(
                $"the kubeconfig's user authenticates by '{asked}', which is not supported: use a token, a tokenFile or a client certificate, such as of a ServiceAccount "
                + "('kubectl create token')");
        }
    }

    private static Entry Find(Dictionary<string, Entry> entries, string kind, string name) =>
        entries.GetValueOrDefault(name) ?? throw new ConnectionException($"the kubeconfig has no {kind} '{name}'; it has {(entries.Count == 0 ? "none" : string.Join(", ", entries.Keys))}");

    private void Add(YamlNode root, string path)
    {
        if (root is YamlNode.Scalar { Value: null })
            return;
        if (root is not YamlNode.Mapping)
            throw new FormatException("it is no mapping");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        currentContext ??= root.Text("current-context") is { Length: > 0 } current ? current : null;
        foreach (var (entries, list, member) in new[] { (clusters, "clusters", "cluster"), (users, "users", "user"), (contexts, "contexts", "context") })
        {
            foreach (var item in root.List(list))
            {
                var name = item.Text("name") ?? throw new FormatException($"an entry of {list} has no name");
                entries.TryAdd(name, new Entry(item.Member(member) ?? new YamlNode.Scalar(null), folder));
            }
        }
    }

    /// <summary>A cluster, user or context, and the folder of its file.</summary>
    private sealed record Entry(YamlNode Node, string Folder)
    {
        public string? Text(string name) => Node.Text(name);

        public string? Path(string name) => Text(name) is { Length: > 0 } path ? System.IO.Path.Combine(Folder, path) : null;

        /// <summary>What stands in base64 under name-data, or in the file under name.</summary>
        public byte[]? Bytes(string name)
        {
            try
            {
                return Text(name + "-data") is { Length: > 0 } base64 ? Convert.FromBase64String(base64) : Path(name) is { } path ? File.ReadAllBytes(path) : null;
            }
            catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
            {
                throw new ConnectionException($"{name} of the kubeconfig cannot be read: {e.Message}", e);
            }
        }
    }
}
