using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using LakehouseOperator.Engine.Connections;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tests.Connections;

public sealed class ConnectGuardTests
{
    private const string Field = "spec.source.redisStreams.url";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.9.10")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("0x7f.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("0")]
    [InlineData("0.0.0.0")]
    [InlineData("::1")]
    [InlineData("[::1]")]
    [InlineData("::")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:7f00:1")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.170.2")]
    [InlineData("2852039166")]
    [InlineData("0xa9fea9fe")]
    [InlineData("169.254.43518")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::ffff:a9fe:a9fe")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%1")]
    [InlineData("febf::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("100.100.100.200")]
    [InlineData("168.63.129.16")]
    [InlineData("10.96.0.1")]
    [InlineData("::ffff:10.96.0.1")]
    [InlineData("10.96.7.7")]
    [InlineData("localhost")]
    [InlineData("metadata.google.internal")]
    [InlineData("kubernetes.default.svc")]
    [InlineData("operator.lakehouse-system.svc")]
    [InlineData("rebound.example")]
    [InlineData("mapped.example")]
    public async Task Neither_a_spelling_nor_a_name_leads_to_what_is_forbidden(string host)
    {
        var refused = await Assert.ThrowsAsync<DiagnosticException>(() => Guard().ConnectAsync(host, 6379, SourceCodes.AddressRefused, Field, Token));
        Assert.Equal((SourceCodes.AddressRefused, Field, RunnerExit.Invalid), (refused.Diagnostic.Code, refused.Diagnostic.Field, refused.Diagnostic.Code.Exit));
        Assert.StartsWith($"{Field}: {host.Trim('[', ']')} is ", refused.Diagnostic.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("10.0.0.5")]
    [InlineData("192.168.1.1")]
    [InlineData("128.0.0.1")]
    [InlineData("169.253.255.255")]
    [InlineData("1.0.0.1")]
    [InlineData("2001:db8::1")]
    [InlineData("fec0::1")]
    [InlineData("fd12::1")]
    [InlineData("::ffff:8.8.8.8")]
    public void Other_addresses_are_nobodys_business(string address) => Assert.Null(ForbiddenAddresses.Find(IPAddress.Parse(address)));

    [Fact]
    public async Task An_operator_that_is_named_by_an_address_is_guarded_by_its_port()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        var machine = Machine();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var guard = ConnectGuard.ForPod(null, new Uri($"http://{machine}:{port}/v1/reports"));
        await Assert.ThrowsAsync<DiagnosticException>(() => guard.ConnectAsync(machine.ToString(), port, SourceCodes.AddressRefused, Field, Token));

        guard = ConnectGuard.ForPod(null, new Uri($"http://{machine}:{port + 1}/v1/reports"));
        using var socket = await guard.ConnectAsync(machine.ToString(), port, SourceCodes.AddressRefused, Field, Token);
        Assert.True(socket.Connected);
    }

    [Fact]
    public async Task Of_a_name_with_several_addresses_those_are_used_that_may_be()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        var machine = Machine();
        var guard = new ConnectGuard([], (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback, machine]));
        using var socket = await guard.ConnectAsync("both.example", ((IPEndPoint)listener.LocalEndpoint).Port, SourceCodes.AddressRefused, Field, Token);
        Assert.Equal(machine, ((IPEndPoint)socket.RemoteEndPoint!).Address);
    }

    [Fact]
    public async Task A_name_that_nobody_knows_and_a_port_that_nobody_listens_on_are_what_they_were_before()
    {
        var unknown = new ConnectGuard([], static (_, _) => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound)));
        Assert.Equal(SocketError.HostNotFound, (await Assert.ThrowsAsync<SocketException>(() => unknown.ConnectAsync("x", 1, SourceCodes.AddressRefused, Field, Token))).SocketErrorCode);
        Assert.Equal(
            SocketError.ConnectionRefused,
            (await Assert.ThrowsAsync<SocketException>(() => Guard().ConnectAsync(Machine().ToString(), 1, SourceCodes.AddressRefused, Field, Token))).SocketErrorCode);
    }

    [Fact]
    public async Task A_place_whose_name_does_not_resolve_keeps_nobody_from_others()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        var guard = new ConnectGuard(
            [new GuardedPlace("operator", null, "the operator")], static (_, _) => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.TryAgain)));
        using var socket = await guard.ConnectAsync(Machine().ToString(), ((IPEndPoint)listener.LocalEndpoint).Port, SourceCodes.AddressRefused, Field, Token);
        Assert.True(socket.Connected);
    }

    /// <summary>An address of this machine that is none of those that are forbidden.</summary>
    internal static IPAddress Machine() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(static network => network.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
        .SelectMany(static network => network.GetIPProperties().UnicastAddresses)
        .Select(static unicast => unicast.Address)
        .First(static address => address.AddressFamily == AddressFamily.InterNetwork && ForbiddenAddresses.Find(address) is null);

    private static ConnectGuard Guard() => new(
        [new GuardedPlace("10.96.0.1", null, "the API server"), new GuardedPlace("operator.lakehouse-system.svc", null, "the operator")],
        static (host, _) => Task.FromResult<IPAddress[]>(host switch
        {
            "localhost" => [IPAddress.IPv6Loopback, IPAddress.Loopback],
            "metadata.google.internal" => [IPAddress.Parse("169.254.169.254")],
            "kubernetes.default.svc" => [IPAddress.Parse("10.96.0.1")],
            "operator.lakehouse-system.svc" => [IPAddress.Parse("10.96.7.7")],
            "rebound.example" => [IPAddress.Parse("127.0.0.1")],
            "mapped.example" => [IPAddress.Parse("::ffff:a9fe:a9fe")],
            _ => Dns.GetHostAddresses(host),
        }));
}
