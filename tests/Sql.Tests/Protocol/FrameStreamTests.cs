using System.Buffers.Binary;
using LakehouseOperator.Sql.Protocol;

namespace LakehouseOperator.Sql.Tests.Protocol;

public sealed class FrameStreamTests
{
    private static readonly Frame[] Sent =
    [
        Frame.Of(0, FrameKind.Hello, new Hello(1, 1), FrameJson.Default.Hello),
        Frame.Of(7, FrameKind.Cancel),
        Frame.Of(long.MaxValue, FrameKind.Parsed, new ParseResult([new SqlReference("bronze.ä", 3)], ["now"], new SqlError("LH2001", "🦆", 1, 2)), FrameJson.Default.ParseResult),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Frames_are_the_same_however_their_bytes_are_split()
    {
        var wire = Sent.SelectMany(static frame => frame.Wire.ToArray()).ToArray();
        for (var first = 0; first <= wire.Length; first++)
        {
            for (var second = first; second <= wire.Length; second += 7)
            {
                await using var frames = new FrameStream(new PiecesStream(wire, first, second));
                foreach (var frame in Sent)
                {
                    var read = await frames.ReadAsync(Token);
                    Assert.NotNull(read);
                    Assert.Equal((frame.Id, frame.Kind), (read.Id, read.Kind));
                    Assert.True(frame.Json.Span.SequenceEqual(read.Json.Span));
                }

                Assert.Null(await frames.ReadAsync(Token));
            }
        }
    }

    [Fact]
    public async Task A_peer_that_closes_within_a_frame_is_an_error_at_every_byte()
    {
        var wire = Sent[2].Wire.ToArray();
        for (var length = 1; length < wire.Length; length++)
        {
            await using var frames = new FrameStream(new MemoryStream(wire[..length]));
            await Assert.ThrowsAsync<WorkerProtocolException>(() => frames.ReadAsync(Token));
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(8u)]
    [InlineData(1025u)]
    [InlineData(0x7fffffffu)]
    [InlineData(0xffffffffu)]
    public async Task A_length_out_of_bounds_is_refused_before_anything_is_read_or_allocated(uint length)
    {
        var wire = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(wire, length);
        await using var frames = new FrameStream(new MemoryStream(wire), maxFrameBytes: 1024);
        await Assert.ThrowsAsync<WorkerProtocolException>(() => frames.ReadAsync(Token));
    }

    [Fact]
    public async Task A_length_that_is_only_claimed_costs_no_memory()
    {
        var wire = new byte[100];
        BinaryPrimitives.WriteUInt32LittleEndian(wire, WorkerProtocol.MaxFrameBytes);
        await using var frames = new FrameStream(new MemoryStream(wire));
        var before = GC.GetAllocatedBytesForCurrentThread();
        await Assert.ThrowsAsync<WorkerProtocolException>(() => frames.ReadAsync(Token));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public async Task A_frame_that_the_peer_would_refuse_is_not_sent()
    {
        using var target = new MemoryStream();
        await using var frames = new FrameStream(target, maxFrameBytes: 64);
        await Assert.ThrowsAsync<WorkerProtocolException>(() =>
            frames.WriteAsync(Frame.Of(1, FrameKind.Failed, new WorkerFailure(WorkerEnd.Exited, new string('x', 100)), FrameJson.Default.WorkerFailure), Token));
        Assert.Equal(0, target.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"sql\":1}")]
    [InlineData("{\"sql\":null}")]
    [InlineData("{}")]
    public void Json_that_is_not_the_record_is_an_error_of_the_protocol(string json)
    {
        var frame = Frame.Of(1, FrameKind.Parse, writer =>
        {
            if (json.Length > 0)
                writer.WriteRawValue(json, skipInputValidation: true);
        });
        Assert.Throws<WorkerProtocolException>(() => frame.Read(FrameJson.Default.ParseRequest));
    }

    [Fact]
    public void Random_bytes_never_end_in_anything_but_a_protocol_error()
    {
        var random = new Random(20261121);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = new byte[random.Next(Frame.LengthBytes + Frame.HeadBytes, 200)];
            random.NextBytes(bytes);
            Assert.Throws<WorkerProtocolException>(() => Frame.Received(bytes).Read(FrameJson.Default.RunRequest));
        }
    }

    [Fact]
    public void A_request_survives_the_way_there()
    {
        var table = new SqlTable(
            "bronze.events", [new SqlColumn("a b", "DECIMAL(12,2)")], ["d"],
            [new SqlInputFile("/x/ä.parquet", 3, new Dictionary<string, string?>(StringComparer.Ordinal) { ["d"] = null, ["e"] = "" })], 41);
        var request = new RunRequest(
            "SELECT '\u0001🦆'", [table], new OutputSpec("/out", ["CAST(a AS BIGINT) AS a"], ["d"], 1 << 20), new SqlLimits(TimeSpan.FromMinutes(30), 1L << 40, 5, 2));
        var read = Frame.Of(1, FrameKind.Run, request, FrameJson.Default.RunRequest).Read(FrameJson.Default.RunRequest);
        Assert.Equivalent(request, read, strict: true);
        Assert.Null(read.Tables[0].Files[0].PartitionValues["d"]);
    }

    /// <summary>Gives its bytes in three pieces, whatever is asked for.</summary>
    private sealed class PiecesStream(byte[] bytes, int first, int second) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var end = Position < first ? first : Position < second ? second : Length;
            var count = (int)Math.Min(buffer.Length, end - Position);
            return base.ReadAsync(buffer[..count], cancellationToken);
        }
    }
}
