using System.Net;
using System.Net.Sockets;
using LakehouseOperator.Operator.Commands;
using LakehouseOperator.Operator.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;

namespace LakehouseOperator.Operator.Tests.Commands;

/// <summary>Where the operator listens.</summary>
public sealed class EndpointsTests
{
    private static OperatorOptions Options(string listen) =>
        new(null, [], "registry/runner:1", null, new Uri("http://operator:8082/v1/reports"), "/none", null, false, "lakehouse-operator", listen, listen, false);

    private static async Task<List<int>> PortsAsync(string listen, Func<int, Task> ask)
    {
        using var metrics = new MetricsPage();
        await using var app = Endpoints.Create(Options(listen), null!, metrics, static () => null, static () => true, NullLogger.Instance);
        await app.StartAsync(TestContext.Current.CancellationToken);
        var ports = app.Urls.Select(url => new Uri(url.Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal)).Port).ToList();
        foreach (var port in ports)
            await ask(port);
        await app.StopAsync(TestContext.Current.CancellationToken);
        return ports;
    }

    [Theory]
    [InlineData(":0")]
    [InlineData("[::]:0")]
    public async Task A_port_alone_is_reached_over_both_families(string listen)
    {
        using var http = new HttpClient();
        var ports = await PortsAsync(listen, async port =>
        {
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri($"http://127.0.0.1:{port}/healthz"), TestContext.Current.CancellationToken)).StatusCode);
            if (Socket.OSSupportsIPv6)
                Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri($"http://[::1]:{port}/healthz"), TestContext.Current.CancellationToken)).StatusCode);
        });
        Assert.Equal(2, ports.Distinct().Count());
    }

    [Fact]
    public async Task An_address_of_its_own_is_the_only_one() => await PortsAsync("127.0.0.1:0", static port =>
    {
        using var other = new TcpListener(IPAddress.Parse("127.0.0.2"), port);
        other.Start();
        return Task.CompletedTask;
    });

    [Theory]
    [InlineData("8080")]
    [InlineData("localhost:8080")]
    [InlineData("")]
    public void What_is_no_address_is_refused(string listen)
    {
        using var metrics = new MetricsPage();
        Assert.Throws<FormatException>(() => Endpoints.Create(Options(listen), null!, metrics, static () => null, static () => true, NullLogger.Instance));
    }

    [Fact]
    public void Both_ports_are_open_to_every_address_where_nothing_is_said()
    {
        var options = OperatorCommand.Create().Options.ToDictionary(option => option.Name, StringComparer.Ordinal);

        Assert.Equal((":8082", ":8080"), (options["--listen-reports"].GetDefaultValue(), options["--listen-metrics"].GetDefaultValue()));
        Assert.Equal("lakehouse-operator", options["--lease-name"].GetDefaultValue());
    }
}
