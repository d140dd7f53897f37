using System.Globalization;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Operator.Tests.Reports;

/// <summary>Who may report, at whose cost, and that nobody keeps the others from it.</summary>
public sealed class ReportIntakeTests : IAsyncLifetime
{
    private IntakeScene scene = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => scene = await IntakeScene.StartAsync(Token);

    public ValueTask DisposeAsync() => scene.DisposeAsync();

    private Task<int> PostAsync(string token, string run, string ns = "shop") => scene.PostAsync(token, IntakeScene.Report(run, ns), Token);

    [Fact]
    public async Task Reports_of_a_Job_and_of_a_stream_are_taken()
    {
        var (job, stream) = (scene.Run("a"), scene.Stream("b"));
        await scene.ListenAsync(Token);

        Assert.Equal((200, 200), (await PostAsync(job, "a"), await PostAsync(stream, "b")));
        Assert.Equal(("a", "pod-b"), (scene.Inbox.Find("shop", "a")!.RunId, scene.Inbox.SenderOf("shop", "b")!.Pod));
        scene.IsLeading = false;
        Assert.Equal(503, await PostAsync(job, "a"));
    }

    public static TheoryData<string> Shapeless =>
    [
        "secret", "a.b", "a.b.c", "..", "a..b", $"a.{IntakeScene.Part("{}")}.c", $"a.{IntakeScene.Part("[]")}.c", $"a.{IntakeScene.Part("\"lakehouse-operator\"")}.c", $"a.{IntakeScene.Part("{\"aud\":")}.c",
        $"a.{IntakeScene.Part("""{"aud":"lakehouse-operator"}""")}", $"a.{IntakeScene.Part("""{"aud":"lakehouse-operator"}""")}.", $"a.{IntakeScene.Part("""{"aud":"lakehouse-operator"}""")}.b.c",
        IntakeScene.Token("x", "\"https://kubernetes.default.svc\""), IntakeScene.Token("x", "[\"vault\",1,null]"), IntakeScene.Token("x", "{\"lakehouse-operator\":1}"), IntakeScene.Token("x", "\"lakehouse-operator2\""), IntakeScene.Token("x", "null"),
        $"a.{IntakeScene.Part(new string('[', 5000))}.c",
    ];

    [Theory]
    [MemberData(nameof(Shapeless))]
    public async Task What_does_not_claim_to_be_for_us_is_refused_without_asking_anybody(string token)
    {
        scene.Api.Tokens[token] = ("shop", "a", "pod-a");
        scene.Run("a");
        await scene.ListenAsync(Token);

        Assert.Equal(401, await PostAsync(token, "a"));
        Assert.Empty(scene.Api.Reviewed);
    }

    [Fact]
    public async Task A_token_of_several_audiences_is_asked_of_the_API_server()
    {
        scene.Run("a");
        var token = IntakeScene.Token("a", "[\"vault\",\"lakehouse-operator\"]");
        scene.Api.Tokens[token] = ("shop", "a", "pod-a");
        await scene.ListenAsync(Token);

        Assert.Equal(200, await PostAsync(token, "a"));
    }

    [Fact]
    public async Task A_refused_token_is_not_asked_again_for_half_a_minute_and_then_is()
    {
        await scene.ListenAsync(Token);
        var forged = IntakeScene.Token("forged");
        for (var i = 0; i < 5; i++)
            Assert.Equal(401, await PostAsync(forged, "a"));
        Assert.Single(scene.Api.Reviewed);
        scene.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(401, await PostAsync(forged, "a"));
        Assert.Equal(2, scene.Api.Reviewed.Count);
    }

    [Fact]
    public async Task A_good_token_of_a_pod_that_is_not_ours_gets_no_body_read_and_is_not_asked_again()
    {
        var strangers = new[] { scene.Stranger("own"), scene.Run("orphan", job: false) };
        await scene.ListenAsync(Token);

        foreach (var token in strangers)
        {
            for (var i = 0; i < 3; i++)
                Assert.Equal(403, (await scene.Intake.TakeAsync("Bearer " + token, static _ => throw new InvalidOperationException("the body is read"), Token)).Status);
        }

        Assert.Equal(2, scene.Api.Reviewed.Count);
    }

    [Fact]
    public async Task The_Job_of_a_young_pod_may_not_show_yet_and_then_later_is_the_answer_without_the_body()
    {
        var token = scene.Run("young", job: false, age: TimeSpan.FromSeconds(20), seen: false);
        await scene.ListenAsync(Token);

        for (var i = 0; i < 2; i++)
            Assert.Equal(503, (await scene.Intake.TakeAsync("Bearer " + token, static _ => throw new InvalidOperationException("the body is read"), Token)).Status);
        scene.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(403, await PostAsync(token, "young"));
    }

    [Fact]
    public async Task A_pod_reports_of_its_own_run_and_namespace_alone()
    {
        var token = scene.Run("a");
        scene.Run("b");
        await scene.ListenAsync(Token);

        Assert.Equal((403, 403, 400), (await PostAsync(token, "b"), await PostAsync(token, "a", "other"), await scene.PostAsync(token, "{", Token)));
        Assert.Null(scene.Inbox.Find("shop", "b"));
        Assert.Equal(200, await PostAsync(token, "a"));
    }

    [Fact]
    public async Task A_token_that_was_taken_is_not_asked_again_for_ten_seconds_while_its_pod_shows()
    {
        var token = scene.Stream("a");
        await scene.ListenAsync(Token);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(200, await PostAsync(token, "a"));
            scene.Time.Advance(TimeSpan.FromSeconds(1.9));
        }

        Assert.Single(scene.Api.Reviewed);
        scene.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, await PostAsync(token, "a"));
        Assert.Equal(2, scene.Api.Reviewed.Count);

        scene.Api.Tokens.TryRemove(token, out _);
        scene.Api.Delete("a");
        await Until.TrueAsync(() => !scene.Shows("a"), "the cache hears that the pod is gone");
        Assert.Equal(401, await PostAsync(token, "a"));
    }

    [Fact]
    public async Task A_body_that_does_not_come_is_given_up_after_ten_seconds()
    {
        var token = scene.Run("a");
        await scene.ListenAsync(Token);
        var hanging = await scene.HangAsync(token, Token);
        scene.Time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Equal(429, await PostAsync(token, "a"));
        Assert.False(hanging.IsCompleted);
        scene.Time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(408, (await hanging).Status);
        Assert.Equal(200, await PostAsync(token, "a"));
    }

    [Fact]
    public async Task A_sender_who_goes_away_leaves_nothing_behind()
    {
        var token = scene.Run("a");
        await scene.ListenAsync(Token);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var hanging = await scene.HangAsync(token, gone.Token);
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hanging);
        Assert.Equal(200, await PostAsync(token, "a"));
    }

    /// <summary>All of them runs of ours: nothing but their namespaces tells them apart.</summary>
    [Fact]
    public async Task Namespaces_that_hold_all_they_can_take_nothing_from_another()
    {
        var holders = Enumerable.Range(0, 6).SelectMany(ns => Enumerable.Range(0, 20).Select(i => scene.Run($"r{ns}-{i}", string.Create(CultureInfo.InvariantCulture, $"greedy{ns}")))).ToList();
        var others = Enumerable.Range(0, 5).Select(i => (Token: scene.Run($"o{i}", $"other{i}"), Run: $"o{i}", Namespace: $"other{i}")).ToList();
        await scene.ListenAsync(Token);
        var hanging = new List<Task>();
        var refused = 0;
        foreach (var token in holders)
        {
            var post = await scene.HangAsync(token, Token);
            if (post.IsCompleted)
                Assert.Equal((429, ++refused), ((await post).Status, refused));
            else
                hanging.Add(post);
        }

        Assert.InRange(hanging.Count, 33, 38);
        foreach (var (token, run, ns) in others)
            Assert.Equal(200, await PostAsync(token, run, ns));
        scene.Time.Advance(TimeSpan.FromSeconds(10));
        await Task.WhenAll(hanging);
        Assert.Equal(200, await PostAsync(holders[^1], "r5-19", "greedy5"));
    }

    /// <summary>Reviews take milliseconds: a turn comes, and nobody is turned away for the crowd.</summary>
    [Fact]
    public async Task Whoever_comes_in_a_crowd_of_forged_tokens_waits_for_his_turn()
    {
        var token = scene.Run("a");
        await scene.ListenAsync(Token);
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        scene.Api.Reviewing = one => one == token ? Task.CompletedTask : open.Task;
        var crowd = Enumerable.Range(0, 100).Select(i => PostAsync(IntakeScene.Token($"forged{i}"), "a")).ToList();
        var post = PostAsync(token, "a");
        Assert.False(post.IsCompleted);
        open.SetResult();

        Assert.Equal(200, await post);
        Assert.All(await Task.WhenAll(crowd), static status => Assert.Equal(401, status));
    }

    [Fact]
    public async Task An_API_server_that_does_not_answer_is_no_reason_to_give_a_report_up()
    {
        var token = scene.Run("a");
        await scene.ListenAsync(Token);
        var (open, asked) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        scene.Api.Reviewing = _ =>
        {
            asked.TrySetResult();
            return open.Task;
        };
        var post = PostAsync(token, "a");
        await asked.Task;
        scene.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(503, await post);
        open.SetResult();
        Assert.Equal(200, await PostAsync(token, "a"));
    }
}
