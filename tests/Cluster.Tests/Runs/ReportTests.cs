using System.Net;
using System.Text;
using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Cluster.Tests.Runs;

/// <summary>Who may tell what: a pod of its own run, by a token that is good for nothing else.</summary>
public sealed class ReportTests(SharedNode node)
{
    /// <summary>A body is sent only once it is asked for, however long that takes.</summary>
    private static readonly HttpClient Client = new(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) });

    [Fact]
    public async Task A_report_of_somebody_else_is_refused_and_changes_nothing()
    {
        await using var scene = await Scene.BeginAsync(node);
        var release = new TaskCompletionSource();
        scene.Transformation("silver").Next(Plays.Held(release.Task, Plays.Work(scene.Lake)));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        var stream = await scene.Ingestion("events").PodAsync();
        await scene.Ingestion("events").BecomesAsync("Streaming");
        var run = await scene.Transformation("silver").PodAsync();
        var before = (await scene.Transformation("silver").UntilAsync(one => one.Reason() == "Running", "it runs")).ToString();
        var forged = PretendLake.Of(run.Plan!, RunResult.Succeeded) with { RowsWritten = 1_000_000 };

        // Whoever made the pod shows by now.
        await Until.TrueAsync(async () => await run.ReportAsync(forged with { RunId = "another" }) != HttpStatusCode.ServiceUnavailable, "the run's Job shows");
        Assert.Equal(HttpStatusCode.Unauthorized, await run.ReportAsync(forged, await run.TokenAsync(audience: "https://kubernetes.default.svc.cluster.local")));
        Assert.Equal(HttpStatusCode.Unauthorized, await run.ReportAsync(forged, await run.TokenAsync(audience: "vault")));
        Assert.Equal(HttpStatusCode.Unauthorized, await run.ReportAsync(forged, "nonsense"));
        Assert.Equal(HttpStatusCode.Forbidden, await run.ReportAsync(forged, await stream.TokenAsync()));
        Assert.Equal(HttpStatusCode.Forbidden, await run.ReportAsync(forged with { RunId = "another" }));
        Assert.Equal(HttpStatusCode.Forbidden, await run.ReportAsync(forged with { Namespace = "kube-system" }));
        Assert.Equal(before, (await scene.Transformation("silver").SeeAsync()).ToString());
        release.SetResult();
        Assert.Equal("10", (await scene.Transformation("silver").BecomesAsync("Succeeded"))["lastRun.rowsWritten"]);
    }

    /// <summary>The pod's own token names the run; the report must name the same resource, too.</summary>
    [Fact]
    public async Task A_report_that_speaks_of_another_resource_does_not_reach_it()
    {
        await using var scene = await Scene.BeginAsync(node);
        var release = new TaskCompletionSource();
        scene.Transformation("silver").Next(Plays.Held(release.Task, Plays.Work(scene.Lake)));
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver(), Documents.Silver("other"));
        var other = await scene.Transformation("other").BecomesAsync("Succeeded");
        await scene.Transformation("other").SettledAsync();
        var run = await scene.Transformation("silver").PodAsync();
        await run.ReportAsync(PretendLake.Of(run.Plan!, RunResult.Running) with { Name = "other", RowsWritten = 77 });
        release.SetResult();
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        Assert.Equal(other["lastRun.id"], (await scene.Transformation("other").SeeAsync())["lastRun.id"]);
    }

    [Theory]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("{", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    [InlineData("null", HttpStatusCode.BadRequest)]
    [InlineData("{\"protocol\": 99}", HttpStatusCode.BadRequest)]
    [InlineData("{\"deep\": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}", HttpStatusCode.BadRequest)]
    public async Task What_is_no_report_is_a_bad_request(string body, HttpStatusCode answer)
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        var stream = await scene.Ingestion("events").PodAsync();
        await scene.Ingestion("events").BecomesAsync("Streaming");
        Assert.Equal(answer, await PostAsync(scene, body, await stream.TokenAsync()));
        await scene.Ingestion("events").BecomesAsync("Streaming");
    }

    [Fact]
    public async Task A_report_without_a_token_or_too_long_is_refused()
    {
        await using var scene = await Scene.BeginAsync(node);
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(scene, "{}", null));

        // Whoever may not speak is not listened to; who may is listened to for so long.
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion());
        var token = await (await scene.Ingestion("events").PodAsync()).TokenAsync();
        await scene.Ingestion("events").BecomesAsync("Streaming");
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(scene, new string(' ', 3_000_000), "nonsense"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync(scene, new string(' ', 3_000_000), token));
        using var elsewhere = await Client.GetAsync(new Uri(scene.Operator.ReportUrl, "/metrics"));
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
    }

    private static async Task<HttpStatusCode> PostAsync(Scene scene, string body, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, scene.Operator.ReportUrl) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        request.Headers.ExpectContinue = true;
        using var response = await Client.SendAsync(request);
        return response.StatusCode;
    }
}
