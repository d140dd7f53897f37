using System.Threading.Channels;

namespace LakehouseOperator.Engine.Tables.Log;

/// <summary>One at a time, in turn: whoever holds the only token.</summary>
internal sealed class AsyncGate
{
    private readonly Channel<byte> token = Channel.CreateBounded<byte>(1);

    public AsyncGate() => token.Writer.TryWrite(0);

    public async ValueTask<Pass> EnterAsync(CancellationToken cancellationToken)
    {
        await token.Reader.ReadAsync(cancellationToken);
        return new Pass(token.Writer);
    }

    public readonly struct Pass(ChannelWriter<byte> back) : IDisposable
    {
        public void Dispose() => back.TryWrite(0);
    }
}
