using LakehouseOperator.Sql.Client;
using LakehouseOperator.Sql.Protocol;
using LakehouseOperator.Sql.Server;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Sql.Tests.Server;

public sealed class WorkerSessionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Client_and_session_understand_each_other()
    {
        await using var loopback = await Loopback.OpenAsync();
        var serving = new WorkerSession(loopback.Worker, new Handler()).RunAsync(static () => { }, Token);
        await using (var client = await SqlWorkerClient.ConnectAsync(loopback.Client, loopback.Process, new ManualTime(), SqlWorkerOptions.Default, Token))
        {
            Assert.Equal("v1", client.Engine);
            Assert.Equal("a.b", (await client.ParseAsync("SELECT 1", Token)).Inputs[0].Table);
            Assert.Equal("a.b", (await client.ParseAsync("SELECT 2", Token)).Inputs[0].Table);
        }

        await serving;
    }

    [Fact]
    public async Task A_cancelled_request_is_told_so_and_the_next_one_is_answered()
    {
        await using var loopback = await Loopback.OpenAsync();
        var handler = new Handler();
        var serving = new WorkerSession(loopback.Worker, handler).RunAsync(static () => { }, Token);
        await using (var client = await SqlWorkerClient.ConnectAsync(loopback.Client, loopback.Process, new ManualTime(), SqlWorkerOptions.Default, Token))
        {
            using var cancel = new CancellationTokenSource();
            var asked = client.ParseAsync(Handler.Endless, cancel.Token);
            await handler.Started;
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
            Assert.Equal("a.b", (await client.ParseAsync("SELECT 1", Token)).Inputs[0].Table);
        }

        await serving;
    }

    [Fact]
    public async Task A_client_that_goes_away_cancels_its_request()
    {
        await using var loopback = await Loopback.OpenAsync();
        var handler = new Handler();
        var gone = 0;
        var serving = new WorkerSession(loopback.Worker, handler).RunAsync(() => gone++, Token);
        await using var client = new FrameStream(loopback.Client);
        await client.WriteAsync(Frame.Of(0, FrameKind.Hello, new Hello(1, 1), FrameJson.Default.Hello), Token);
        await client.ReadAsync(Token);
        await client.WriteAsync(Frame.Of(1, FrameKind.Parse, new ParseRequest(Handler.Endless, SqlWorkerOptions.Default.Bind), FrameJson.Default.ParseRequest), Token);
        await handler.Started;
        await client.DisposeAsync();
        await serving;
        Assert.Equal(1, gone);
    }

    [Fact]
    public async Task A_second_request_before_the_answer_ends_the_session()
    {
        await using var loopback = await Loopback.OpenAsync();
        var handler = new Handler();
        var serving = new WorkerSession(loopback.Worker, handler).RunAsync(static () => { }, Token);
        await using var client = new FrameStream(loopback.Client);
        await client.WriteAsync(Frame.Of(0, FrameKind.Hello, new Hello(1, 1), FrameJson.Default.Hello), Token);
        await client.ReadAsync(Token);
        var request = new ParseRequest(Handler.Endless, SqlWorkerOptions.Default.Bind);
        await client.WriteAsync(Frame.Of(1, FrameKind.Parse, request, FrameJson.Default.ParseRequest), Token);
        await handler.Started;
        await client.WriteAsync(Frame.Of(2, FrameKind.Parse, request, FrameJson.Default.ParseRequest), Token);
        await serving;
    }

    [Fact]
    public async Task A_client_that_does_not_greet_is_refused()
    {
        await using var loopback = await Loopback.OpenAsync();
        var serving = new WorkerSession(loopback.Worker, new Handler()).RunAsync(static () => { }, Token);
        await using var client = new FrameStream(loopback.Client);
        await client.WriteAsync(Frame.Of(1, FrameKind.Parse, new ParseRequest("SELECT 1", SqlWorkerOptions.Default.Bind), FrameJson.Default.ParseRequest), Token);
        await Assert.ThrowsAsync<WorkerProtocolException>(() => serving);
    }

    [Fact]
    public async Task A_client_of_another_version_is_told_so()
    {
        await using var loopback = await Loopback.OpenAsync();
        var serving = new WorkerSession(loopback.Worker, new Handler()).RunAsync(static () => { }, Token);
        await using var client = new FrameStream(loopback.Client);
        await client.WriteAsync(Frame.Of(0, FrameKind.Hello, new Hello(99, 98), FrameJson.Default.Hello), Token);
        var answer = await client.ReadAsync(Token);
        Assert.Equal(FrameKind.Failed, answer?.Kind);
        await serving;
    }

    private sealed class Handler : IRequestHandler
    {
        public const string Endless = "endless";

        private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Started => started.Task;

        public string Engine => "v1";

        public async Task<Frame> AnswerAsync(Frame request, Func<Frame, Task> sendRows, CancellationToken cancellationToken)
        {
            if (request.Read(FrameJson.Default.ParseRequest).Sql != Endless)
                return Frame.Of(request.Id, FrameKind.Parsed, new ParseResult([new SqlReference("a.b")], []), FrameJson.Default.ParseResult);
            started.TrySetResult();
            var cancelled = new TaskCompletionSource();
            await using var registration = cancellationToken.Register(cancelled.SetResult);
            await cancelled.Task;
            return Frame.Of(request.Id, FrameKind.Cancelled);
        }
    }
}
