using System.Globalization;
using System.Net;
using LakehouseOperator.Operator.Reports;
using LakehouseOperator.Operator.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Operator.Commands;

/// <summary>What the operator answers: reports on one port, which pods of others reach, and metrics and probes on another.</summary>
internal static class Endpoints
{
    private const int MostConnections = 2000;

    /// <summary>Of one address; a runner has one, for the time of one report.</summary>
    internal const int MostOfAddress = 250;

    /// <summary>For a request's head to come, or a connection to be idle.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="notReady">Why the process is not; null: it is.</param>
    public static WebApplication Create(OperatorOptions options, ReportIntake intake, MetricsPage metrics, Func<string?> notReady, Func<bool> isHealthy, ILogger log)
    {
        var (reports, probes) = (Parse(options.ListenReports), Parse(options.ListenMetrics));
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "lakehouse-operator" });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = ReportIntake.MostBytes;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.RequestHeadersTimeout = Patience;
            kestrel.Limits.KeepAliveTimeout = Patience;

            // A body has a deadline as a whole.
            kestrel.Limits.MinRequestBodyDataRate = null;
            var share = new AddressShare(MostOfAddress);
            Listen(kestrel, reports, listen => listen.Use(share.Before));
            Listen(kestrel, probes, static _ => { });
        });
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        app.MapPost("/v1/reports", (RequestDelegate)(context => On(context, reports.Port, () => TakeAsync(context, intake, log))));
        app.MapGet("/metrics", (RequestDelegate)(context => On(context, probes.Port, () =>
        {
            context.Response.ContentType = MetricsPage.ContentType;
            return context.Response.WriteAsync(metrics.Render(), context.RequestAborted);
        })));
        app.MapGet("/healthz", (RequestDelegate)(context => On(context, probes.Port, () => SayAsync(context, isHealthy() ? null : "not ok"))));
        app.MapGet("/readyz", (RequestDelegate)(context => On(context, probes.Port, () => SayAsync(context, notReady()))));
        return app;
    }

    /// <summary>Each path is on its own port only.</summary>
    private static Task On(HttpContext context, int port, Func<Task> answer)
    {
        if (port == 0 || context.Connection.LocalPort == port)
            return answer();
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static async Task TakeAsync(HttpContext context, ReportIntake intake, ILogger log)
    {
        // Who has his answer holds nothing any longer.
        context.Response.Headers.Connection = "close";
        Intake taken;
        try
        {
            taken = await intake.TakeAsync(context.Request.Headers.Authorization, cancellation => BodyAsync(context, cancellation), context.RequestAborted);
        }
        catch (BadHttpRequestException e)
        {
            context.Response.StatusCode = e.StatusCode;
            return;
        }

        context.Response.StatusCode = taken.Status;
        if (taken.Status == StatusCodes.Status429TooManyRequests)
            context.Response.Headers.RetryAfter = "1";
        if (taken is not { Reason: { } reason })
            return;
        if (taken.Status is not (StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests or StatusCodes.Status408RequestTimeout))
            Log.ReportRefused(log, reason);
        await context.Response.WriteAsync(reason + "\n", context.RequestAborted);
    }

    private static async Task<ReadOnlyMemory<byte>> BodyAsync(HttpContext context, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancellationToken);
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    /// <param name="wrong">What is; null: nothing.</param>
    private static Task SayAsync(HttpContext context, string? wrong)
    {
        context.Response.StatusCode = wrong is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsync((wrong ?? "ok") + "\n", context.RequestAborted);
    }

    /// <summary>
    /// A port alone, and the address <c>[::]</c>, stand for every address of both families; where the machine has no IPv6, for those of IPv4.
    /// </summary>
    private static void Listen(KestrelServerOptions kestrel, IPEndPoint at, Action<ListenOptions> with)
    {
        if (at.Address.Equals(IPAddress.IPv6Any))
            kestrel.ListenAnyIP(at.Port, Http1);
        else
            kestrel.Listen(at, Http1);

        void Http1(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            with(listen);
        }
    }

    /// <exception cref="FormatException">Not an address and a port.</exception>
    private static IPEndPoint Parse(string text)
    {
        var listen = text.StartsWith(':') ? "[::]" + text : text;
        return IPEndPoint.TryParse(listen, out var endpoint) && listen.Contains(':', StringComparison.Ordinal)
            ? endpoint
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"\"{text}\" is not an address and a port, such as :8080 or 127.0.0.1:8080"));
    }
}
