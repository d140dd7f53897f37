using System.Net;
using System.Net.Sockets;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Connections;

/// <param name="Host">A name or an address; a name is resolved anew for every connection.</param>
/// <param name="Port">Null: no port of it may be connected to.</param>
/// <param name="What">For the error: <c>the API server</c>.</param>
public sealed record GuardedPlace(string Host, int? Port, string What);

/// <summary>
/// Connects to what resources name, but not where a run in a pod has no business: judged after the name was resolved, on the very address that is then connected to, so that neither a spelling nor a name that
/// changes its mind leads around it.
/// </summary>
/// <param name="resolve">The addresses of a name.</param>
public sealed class ConnectGuard(IReadOnlyList<GuardedPlace> places, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    /// <summary>In a pod: everything of <see cref="ForbiddenAddresses"/>, the API server, and the operator that reports go to.</summary>
    /// <param name="apiServer"><c>KUBERNETES_SERVICE_HOST</c>; null where there is none.</param>
    /// <param name="reports">Where reports go. Named by a host name it is a service, of which nothing may be asked; by an address it may be a machine that serves other things as well, so that the port counts.</param>
    public static ConnectGuard ForPod(string? apiServer, Uri? reports)
    {
        var places = new List<GuardedPlace>();
        if (!string.IsNullOrEmpty(apiServer))
            places.Add(new GuardedPlace(apiServer, null, "the API server"));
        if (reports is not null)
            places.Add(new GuardedPlace(reports.IdnHost.Trim('[', ']'), reports.HostNameType == UriHostNameType.Dns ? null : reports.Port, "the operator"));
        return new ConnectGuard(places, static (host, stop) => Dns.GetHostAddressesAsync(host, stop));
    }

    /// <summary>A socket that is connected; the caller's.</summary>
    /// <param name="code">What a refusal is.</param>
    /// <param name="field">Which field of the resource names the host.</param>
    /// <exception cref="DiagnosticException">Every address of the host is forbidden.</exception>
    /// <exception cref="SocketException">The name is not known, or nobody listens there.</exception>
    public async Task<Socket> ConnectAsync(string host, int port, ErrorCode code, string field, CancellationToken cancellationToken)
    {
        var bare = host.Trim('[', ']');
        var addresses = IPAddress.TryParse(bare, out var literal) ? [literal] : await resolve(bare, cancellationToken);
        var guarded = await GuardedAsync(port, cancellationToken);
        string? refusal = null;
        SocketException? failure = null;
        foreach (var address in addresses)
        {
            if (Refuse(address, guarded) is { } what)
            {
                refusal ??= bare == address.ToString() ? $"{bare} is {what}" : $"{bare} is {address}, {what}";
                continue;
            }

            try
            {
                return await ConnectAsync(new IPEndPoint(address, port), cancellationToken);
            }
            catch (SocketException e)
            {
                failure = e;
            }
        }

        if (failure is null && refusal is not null)
        {
            throw new DiagnosticException(new Diagnostic(
                code, DiagnosticSeverity.Error, $"{field}: {refusal}, and runs in pods do not connect there", Field: field, Help: "name the system's own address, or its Service"));
        }

        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint to, CancellationToken cancellationToken)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(to, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string? Refuse(IPAddress address, IReadOnlyList<(IPAddress Address, string What)> guarded) =>
        ForbiddenAddresses.Find(address) ?? guarded.FirstOrDefault(place => ForbiddenAddresses.IsSame(place.Address, address)).What;

    /// <summary>Addresses of the places, as far as they are known: one whose name does not resolve cannot be reached by it either.</summary>
    private async Task<IReadOnlyList<(IPAddress Address, string What)>> GuardedAsync(int port, CancellationToken cancellationToken)
    {
        var known = new List<(IPAddress, string)>();
        foreach (var place in places)
        {
            if (place.Port is { } only && only != port)
                continue;
            try
            {
                var addresses = IPAddress.TryParse(place.Host, out var literal) ? [literal] : await resolve(place.Host, cancellationToken);
                known.AddRange(addresses.Select(address => (address, place.What)));
            }
            catch (SocketException)
            {
                // NetworkPolicies stand behind this.
            }
        }

        return known;
    }
}
