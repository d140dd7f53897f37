using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using LakehouseOperator.Operator.Commands;
using LakehouseOperator.Operator.Telemetry;
using LakehouseOperator.Operator.Tests.Reports;
using LakehouseOperator.Testing;
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

    /// <summary>Over the wire: a body that trickles in holds its own pod up, and is given up.</summary>
    [Fact]
    public async Task A_report_that_does_not_arrive_is_given_up_and_another_pods_is_taken_meanwhile()
    {
        var token = TestContext.Current.CancellationToken;
        await using var scene = await IntakeScene.StartAsync(token);
        var (slow, quick) = (scene.Run("slow"), scene.Run("quick"));
        await scene.ListenAsync(token);
        using var metrics = new MetricsPage();
        await using var app = Endpoints.Create(Options("127.0.0.1:0"), scene.Intake, metrics, static () => null, static () => true, NullLogger.Instance);
        await app.StartAsync(token);
        var port = new Uri(app.Urls.First()).Port;
        using var http = new HttpClient();
        async Task<HttpStatusCode> PostAsync(string bearer, string body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://127.0.0.1:{port}/v1/reports")) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
            using var response = await http.SendAsync(request, token);
            Assert.True(response.Headers.ConnectionClose);
            return response.StatusCode;
        }

        async Task<TcpClient> TrickleAsync()
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, token);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/reports HTTP/1.1\r\nHost: operator\r\nAuthorization: Bearer {slow}\r\nContent-Length: 1000\r\n\r\n{{"), token);
            return client;
        }

        // One post a pod: whichever of the two comes first is taken.
        var trickle = await TrickleAsync();
        await Until.TrueAsync(async () =>
        {
            if (await PostAsync(slow, IntakeScene.Report("slow", "shop")) != HttpStatusCode.OK)
                return true;
            if (trickle.Available > 0)
            {
                trickle.Dispose();
                trickle = await TrickleAsync();
            }

            return false;
        }, "the body that trickles is being read");
        Assert.Equal((HttpStatusCode.TooManyRequests, HttpStatusCode.OK), (await PostAsync(slow, IntakeScene.Report("slow", "shop")), await PostAsync(quick, IntakeScene.Report("quick", "shop"))));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync("secret", "{}"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync(quick, new string(' ', (1 << 20) + 1)));

        await scene.Time.ArmedAsync();
        scene.Time.Advance(TimeSpan.FromSeconds(10));
        using var reader = new StreamReader(trickle.GetStream(), Encoding.ASCII);
        Assert.Equal("HTTP/1.1 408 Request Timeout", await reader.ReadLineAsync(token));
        trickle.Close();
        Assert.Equal(HttpStatusCode.OK, await PostAsync(slow, IntakeScene.Report("slow", "shop")));
        await app.StopAsync(token);
    }

    [Fact]
    public async Task One_address_that_opens_all_it_can_leaves_connections_to_others()
    {
        var token = TestContext.Current.CancellationToken;
        using var metrics = new MetricsPage();
        await using var app = Endpoints.Create(Options("127.0.0.1:0"), null!, metrics, static () => null, static () => true, NullLogger.Instance);
        await app.StartAsync(token);
        var port = new Uri(app.Urls.First()).Port;
        var open = new List<Socket>();
        try
        {
            for (var i = 0; i < Endpoints.MostOfAddress; i++)
                open.Add(await ConnectAsync("127.0.0.2"));

            // They are taken in by the server in any order, and some time after they are open.
            await Until.TrueAsync(async () =>
            {
                for (var i = 0; i < open.Count; i++)
                {
                    // One that was idle for long is hung up on, and makes room.
                    if (!open[i].Poll(0, SelectMode.SelectRead))
                        continue;
                    open[i].Dispose();
                    open[i] = await ConnectAsync("127.0.0.2");
                }

                using var beyond = await ConnectAsync("127.0.0.2");
                return await AskAsync(beyond) == "";
            }, "one beyond the share is hung up on");
            using (var other = await ConnectAsync("127.0.0.3"))
                Assert.StartsWith("HTTP/1.1 200", await AskAsync(other), StringComparison.Ordinal);
            open[0].Dispose();
            await Until.TrueAsync(async () =>
            {
                using var freed = await ConnectAsync("127.0.0.2");
                return (await AskAsync(freed)).StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
            }, "the one that was freed is another's");
        }
        finally
        {
            open.ForEach(static socket => socket.Dispose());
        }

        async Task<Socket> ConnectAsync(string from)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            await socket.ConnectAsync(IPAddress.Loopback, port, token);
            return socket;
        }

        async Task<string> AskAsync(Socket socket)
        {
            try
            {
                await socket.SendAsync(Encoding.ASCII.GetBytes("GET /healthz HTTP/1.1\r\nHost: operator\r\nConnection: close\r\n\r\n"), token);
                var answer = new byte[4096];
                return Encoding.ASCII.GetString(answer, 0, await socket.ReceiveAsync(answer, token));
            }
            catch (SocketException)
            {
                return "";
            }
        }
    }

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
