namespace LakehouseOperator.Redis.Tests.Resp;

/// <summary>A peer that says what it was told to, in these pieces, and then closes, or is silent for ever.</summary>
internal sealed class ScriptedStream(IEnumerable<byte[]> pieces, bool thenSilent = false) : Stream
{
    private readonly Queue<ReadOnlyMemory<byte>> pieces = new(pieces.Where(static piece => piece.Length > 0).Select(static piece => (ReadOnlyMemory<byte>)piece));
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int passed;

    public MemoryStream Written { get; } = new();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Done once somebody waits for more than there is.</summary>
    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (pieces.Count == 0)
        {
            if (!thenSilent)
                return 0;
            Waiting.TrySetResult();
            await closed.Task.WaitAsync(cancellationToken);
            throw new IOException("closed");
        }

        var piece = pieces.Peek()[passed..];
        var length = Math.Min(piece.Length, buffer.Length);
        piece[..length].CopyTo(buffer);
        passed = length < piece.Length ? passed + length : 0;
        if (passed == 0)
            pieces.Dequeue();
        return length;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => Written.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        closed.TrySetResult();
        base.Dispose(disposing);
    }
}
