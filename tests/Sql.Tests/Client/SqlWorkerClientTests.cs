using LakehouseOperator.Sql.Client;
using LakehouseOperator.Sql.Protocol;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Sql.Tests.Client;

public sealed class SqlWorkerClientTests
{
    private static readonly SqlLimits Limits = new(TimeSpan.FromSeconds(10), 1 << 30, 1 << 30, 1);

    private readonly ManualTime time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_question_gets_its_answer()
    {
        await using var loopback = await Loopback.OpenAsync();
        await using var client = await ConnectAsync(loopback);
        Assert.Equal("v9", client.Engine);
        var asked = client.ParseAsync("SELECT 1", Token);
        var request = await ReadAsync(loopback);
        Assert.Equal("SELECT 1", request.Read(FrameJson.Default.ParseRequest).Sql);
        await SendAsync(loopback, Frame.Of(request.Id, FrameKind.Parsed, new ParseResult([new SqlReference("a.b")], []), FrameJson.Default.ParseResult));
        Assert.Equal("a.b", (await asked).Inputs[0].Table);
        Assert.False(client.IsBroken);
        Assert.Equal(0, loopback.Process.Watched);
    }

    [Fact]
    public async Task Rows_of_many_frames_come_in_order()
    {
        await using var loopback = await Loopback.OpenAsync();
        await using var client = await ConnectAsync(loopback);
        var asked = client.QueryAsync("SELECT 1", [], Limits, 100, Token);
        var request = await ReadAsync(loopback);
        for (var batch = 0; batch < 3; batch++)
            await SendAsync(loopback, Frame.Of(request.Id, FrameKind.Rows, json => json.WriteRawValue($"[[{batch},\"a\"],[null,[1]]]")));
        await SendAsync(loopback, Frame.Of(request.Id, FrameKind.RowsEnd, new RowsEnd([new SqlColumn("x", "INTEGER")], true), FrameJson.Default.RowsEnd));
        var result = await asked;
        Assert.True(result.Truncated);
        Assert.Equal(["0", "null", "1", "null", "2", "null"], result.Rows.Select(static row => row[0].GetRawText()));
    }

    [Fact]
    public async Task The_deadline_ends_the_process_and_says_so()
    {
        await using var loopback = await Loopback.OpenAsync();
        await using var client = await ConnectAsync(loopback);
        var asked = client.QueryAsync("SELECT 1", [], Limits, 100, Token);
        await ReadAsync(loopback);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Null(loopback.Process.End);
        time.Advance(TimeSpan.FromSeconds(2));
        var gone = await Assert.ThrowsAsync<SqlWorkerGoneException>(() => asked);
        Assert.Equal(WorkerEnd.Deadline, gone.End);
        Assert.Contains("10 s", gone.Message, StringComparison.Ordinal);
        Assert.True(client.IsBroken);
        await Assert.ThrowsAsync<SqlWorkerGoneException>(() => client.ParseAsync("SELECT 1", Token));
    }

    [Fact]
    public async Task A_worker_that_is_cancelled_and_says_so_can_be_used_again()
    {
        await using var loopback = await Loopback.OpenAsync();
        await using var client = await ConnectAsync(loopback);
        using var cancel = new CancellationTokenSource();
        var asked = client.ParseAsync("SELECT 1", cancel.Token);
        var request = await ReadAsync(loopback);
        await cancel.CancelAsync();
        var second = await ReadAsync(loopback);
        Assert.Equal((request.Id, FrameKind.Cancel), (second.Id, second.Kind));
        await SendAsync(loopback, Frame.Of(request.Id, FrameKind.Cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.False(client.IsBroken);
        Assert.Null(loopback.Process.End);

        var again = client.ParseAsync("SELECT 2", Token);
        request = await ReadAsync(loopback);
        await SendAsync(loopback, Frame.Of(request.Id, FrameKind.Parsed, new ParseResult([], []), FrameJson.Default.ParseResult));
        Assert.Empty((await again).Inputs);
    }

    [Fact]
    public async Task A_worker_that_does_not_heed_a_cancel_is_killed()
    {
        await using var loopback = await Loopback.OpenAsync();
        await using var client = await ConnectAsync(loopback);
        using var cancel = new CancellationTokenSource();
        var asked = client.ParseAsync("SELECT 1", cancel.Token);
        await ReadAsync(loopback);
        await cancel.CancelAsync();
        await ReadAsync(loopback);
        time.Advance(TimeSpan.FromSeconds(4));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.Equal(WorkerEnd.Exited, loopback.Process.End);
        Assert.True(client.IsBroken);
    }

    [Fact]
    public async Task A_worker_that_closes_is_gone()
    {
        await using var loopback = await Loopback.OpenAsync();
        await using var client = await ConnectAsync(loopback);
        var asked = client.ParseAsync("SELECT 1", Token);
        await ReadAsync(loopback);
        await loopback.Worker.DisposeAsync();
        Assert.Equal(WorkerEnd.Exited, (await Assert.ThrowsAsync<SqlWorkerGoneException>(() => asked)).End);
    }

    [Theory]
    [InlineData(WorkerEnd.Memory)]
    [InlineData(WorkerEnd.ScratchFull)]
    public async Task A_bound_that_the_worker_reports_ends_it(WorkerEnd end)
    {
        await using var loopback = await Loopback.OpenAsync();
        await using var client = await ConnectAsync(loopback);
        var asked = client.RunAsync("SELECT 1", [], new OutputSpec("/out", ["1 AS a"], [], 1), Limits, Token);
        var request = await ReadAsync(loopback);
        Assert.Equal("/out", loopback.Process.Output);
        await SendAsync(loopback, Frame.Of(request.Id, FrameKind.Failed, new WorkerFailure(end, "too much"), FrameJson.Default.WorkerFailure));
        Assert.Equal(end, (await Assert.ThrowsAsync<SqlWorkerGoneException>(() => asked)).End);
        Assert.True(client.IsBroken);
    }

    [Fact]
    public async Task An_answer_to_another_question_or_of_another_kind_or_garbage_is_not_taken()
    {
        Func<Frame, Frame>[] answers =
        [
            static request => Frame.Of(request.Id + 1, FrameKind.Parsed, new ParseResult([], []), FrameJson.Default.ParseResult),
            static request => Frame.Of(request.Id, FrameKind.Bound, new BindResult([]), FrameJson.Default.BindResult),
            static request => Frame.Of(request.Id, FrameKind.Rows, static json => json.WriteRawValue("[]")),
            static request => Frame.Of(request.Id, FrameKind.Parsed, static json => json.WriteRawValue("{\"inputs\":7}")),
            static request => Frame.Of(request.Id, FrameKind.Cancelled),
            static request => Frame.Of(request.Id, (FrameKind)200),
        ];
        foreach (var answer in answers)
        {
            await using var loopback = await Loopback.OpenAsync();
            await using var client = await ConnectAsync(loopback);
            var asked = client.ParseAsync("SELECT 1", Token);
            await SendAsync(loopback, answer(await ReadAsync(loopback)));
            await Assert.ThrowsAsync<SqlWorkerGoneException>(() => asked);
            Assert.True(client.IsBroken);
            Assert.NotNull(loopback.Process.End);
        }
    }

    [Fact]
    public async Task A_worker_of_another_version_is_refused_and_released()
    {
        await using var loopback = await Loopback.OpenAsync();
        var connecting = SqlWorkerClient.ConnectAsync(loopback.Client, loopback.Process, time, SqlWorkerOptions.Default, Token);
        var hello = await ReadAsync(loopback);
        await SendAsync(loopback, Frame.Of(hello.Id, FrameKind.Hello, new Hello(WorkerProtocol.Current + 5, WorkerProtocol.Current + 4), FrameJson.Default.Hello));
        await Assert.ThrowsAsync<SqlWorkerGoneException>(() => connecting);
        Assert.True(loopback.Process.IsDisposed);
    }

    [Fact]
    public async Task Files_are_not_sent_where_only_columns_count()
    {
        await using var loopback = await Loopback.OpenAsync();
        await using var client = await ConnectAsync(loopback);
        var table = new SqlTable("a.b", [new SqlColumn("c", "INTEGER")], [], [new SqlInputFile("/f", 1, new Dictionary<string, string?>(StringComparer.Ordinal))]);
        var asked = client.BindAsync("SELECT 1", [table], Token);
        var request = await ReadAsync(loopback);
        Assert.Empty(request.Read(FrameJson.Default.BindRequest).Tables[0].Files);
        await SendAsync(loopback, Frame.Of(request.Id, FrameKind.Bound, new BindResult([]), FrameJson.Default.BindResult));
        await asked;
    }

    private async Task<SqlWorkerClient> ConnectAsync(Loopback loopback)
    {
        var connecting = SqlWorkerClient.ConnectAsync(loopback.Client, loopback.Process, time, SqlWorkerOptions.Default, Token);
        var hello = await ReadAsync(loopback);
        Assert.Equal(FrameKind.Hello, hello.Kind);
        await SendAsync(loopback, Frame.Of(hello.Id, FrameKind.Hello, new Hello(1, 1, "v9"), FrameJson.Default.Hello));
        return await connecting;
    }

    private static async Task<Frame> ReadAsync(Loopback loopback) => await loopback.Worker.ReadAsync(Token) ?? throw new InvalidOperationException("the client closed");

    private static Task SendAsync(Loopback loopback, Frame frame) => loopback.Worker.WriteAsync(frame, Token);
}
