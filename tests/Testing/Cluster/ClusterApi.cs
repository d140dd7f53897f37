using System.Net;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace LakehouseOperator.Testing.Cluster;

/// <summary>The API server said no.</summary>
public sealed class ClusterApiException(HttpStatusCode code, string method, string path, string body) : Exception($"{method} {path}: {(int)code} {body}")
{
    public HttpStatusCode Code { get; } = code;
}

/// <summary>
/// An API server in bare JSON over HTTP, as its administrator: what plays a part of Kubernetes in the tests speaks by this and not by the library that is tested.
/// </summary>
public sealed class ClusterApi : IDisposable
{
    private readonly HttpClient client;

    private ClusterApi(HttpClient client) => this.client = client;

    /// <summary>By the current context of a kubeconfig with a client certificate or a token.</summary>
    public static async Task<ClusterApi> ConnectAsync(string kubeconfig)
    {
        var config = JsonNode.Parse((await new Kubectl(kubeconfig).RunAsync("config", "view", "--raw", "--minify", "--flatten", "-o", "json")).Succeeded)!;
        var cluster = config["clusters"]![0]!["cluster"]!;
        var user = config["users"]![0]!["user"]!;
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(Decoded(cluster["certificate-authority-data"]!));
        var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => IsTrusted(certificate, authorities) } };
        if (user["client-certificate-data"] is { } certificate)
            handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPem(Decoded(certificate), Decoded(user["client-key-data"]!))];
        var client = new HttpClient(handler) { BaseAddress = new Uri((string)cluster["server"]!), Timeout = Timeout.InfiniteTimeSpan };
        if ((string?)user["token"] is { } token)
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return new ClusterApi(client);
    }

    /// <returns>Null where it is not there.</returns>
    public async Task<JsonObject?> GetAsync(string path, CancellationToken cancellationToken = default)
    {
        var (code, body) = await SendAsync(HttpMethod.Get, path, null, "application/json", cancellationToken);
        return code == HttpStatusCode.NotFound ? null : Accepted(code, "GET", path, body);
    }

    public async Task<IReadOnlyList<JsonObject>> ListAsync(string path, CancellationToken cancellationToken = default) =>
        [.. ((await GetAsync(path, cancellationToken))?["items"]?.AsArray() ?? []).Select(item => item!.AsObject())];

    public async Task<JsonObject> PostAsync(string path, JsonNode value, CancellationToken cancellationToken = default)
    {
        var (code, body) = await SendAsync(HttpMethod.Post, path, value, "application/json", cancellationToken);
        return Accepted(code, "POST", path, body);
    }

    /// <summary>JSON merge patch.</summary>
    /// <returns>Null where it is not there.</returns>
    public async Task<JsonObject?> PatchAsync(string path, JsonNode value, CancellationToken cancellationToken = default)
    {
        var (code, body) = await SendAsync(HttpMethod.Patch, path, value, "application/merge-patch+json", cancellationToken);
        return code == HttpStatusCode.NotFound ? null : Accepted(code, "PATCH", path, body);
    }

    /// <returns>False where there was nothing of that uid.</returns>
    /// <param name="propagation">Of what it owns: as <c>kubectl delete</c> has it, unless another is given. (Without any, the API server leaves a Job's pods behind.)</param>
    public async Task<bool> DeleteAsync(string path, string? uid = null, int? graceSeconds = null, string propagation = "Background", CancellationToken cancellationToken = default)
    {
        var options = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions", ["propagationPolicy"] = propagation };
        if (uid is not null)
            options["preconditions"] = new JsonObject { ["uid"] = uid };
        if (graceSeconds is not null)
            options["gracePeriodSeconds"] = graceSeconds;
        var (code, body) = await SendAsync(HttpMethod.Delete, path, options, "application/json", cancellationToken);
        if (code is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
            return false;
        Accepted(code, "DELETE", path, body);
        return true;
    }

    /// <summary>Every object that is there, and then what happens, until it is cancelled. A gap in the server's memory begins it anew.</summary>
    /// <returns>ADDED, MODIFIED or DELETED, and the object.</returns>
    public async IAsyncEnumerable<(string Type, JsonObject Value)> WatchAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var list = await GetAsync(path, cancellationToken) ?? throw new InvalidOperationException($"{path} is not there");
            foreach (var item in list["items"]!.AsArray())
                yield return ("ADDED", item!.AsObject());
            var version = (string)list["metadata"]!["resourceVersion"]!;
            var kept = true;
            while (kept)
            {
                await foreach (var line in LinesAsync($"{path}?watch=true&timeoutSeconds=240&resourceVersion={version}", cancellationToken))
                {
                    var said = JsonNode.Parse(line)!;
                    var value = said["object"]!.AsObject();
                    if ((string)said["type"]! == "ERROR")
                    {
                        kept = false;
                        break;
                    }

                    version = (string)value["metadata"]!["resourceVersion"]!;
                    yield return ((string)said["type"]!, value);
                }
            }
        }
    }

    public Task<(HttpStatusCode Code, string Body)> SendAsync(
        HttpMethod method, string path, JsonNode? value, string contentType, CancellationToken cancellationToken = default) =>
        SendTextAsync(method, path, value?.ToJsonString(), contentType, cancellationToken);

    /// <summary>A body as it is, such as YAML.</summary>
    public async Task<(HttpStatusCode Code, string Body)> SendTextAsync(
        HttpMethod method, string path, string? text, string contentType, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(method, path);
        if (text is not null)
            request.Content = new StringContent(text, Encoding.UTF8, new System.Net.Http.Headers.MediaTypeHeaderValue(contentType));
        using var response = await client.SendAsync(request, cancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
    }

    private async IAsyncEnumerable<string> LinesAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new ClusterApiException(response.StatusCode, "WATCH", path, await response.Content.ReadAsStringAsync(cancellationToken));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
            yield return line;
    }

    private static JsonObject Accepted(HttpStatusCode code, string method, string path, string body) =>
        (int)code is >= 200 and < 300 ? JsonNode.Parse(body)!.AsObject() : throw new ClusterApiException(code, method, path, body);

    private static string Decoded(JsonNode base64) => Encoding.UTF8.GetString(Convert.FromBase64String((string)base64!));

    private static bool IsTrusted(X509Certificate? certificate, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        return certificate is X509Certificate2 shown && chain.Build(shown);
    }

    public void Dispose() => client.Dispose();
}
