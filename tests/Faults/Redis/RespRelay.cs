using System.Buffers;
using System.Net.Sockets;
using System.Threading.Channels;
using LakehouseOperator.Redis.Resp;

namespace LakehouseOperator.Faults.Redis;

/// <summary>One connection of the proxy: commands go to the server one at a time, and each one's answer back, byte for byte.</summary>
internal sealed class RespRelay(RespProxy proxy, Socket client, Socket server)
{
    private const int MaxBytes = 256 << 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly Framing answers = new();

    /// <summary>Until one side closes or a fault ends it.</summary>
    public async Task RunAsync(CancellationTokenSource ending)
    {
        var commands = Channel.CreateUnbounded<(string Name, byte[] Bytes)>();
        var listening = ListenAsync(commands.Writer, ending);
        try
        {
            await foreach (var (name, bytes) in commands.Reader.ReadAllAsync(ending.Token))
            {
                if (!await PassAsync(name, bytes, ending.Token))
                    break;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException)
        {
            // The other side sees a closed connection, which is what the proxy is for.
        }
        finally
        {
            await ending.CancelAsync();
            await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Reads ahead, so that a client which goes away while its command blocks is seen.</summary>
    private async Task ListenAsync(ChannelWriter<(string Name, byte[] Bytes)> commands, CancellationTokenSource ending)
    {
        var framing = new Framing();
        try
        {
            while (await framing.NextAsync(client, ending.Token) is { } command)
                await commands.WriteAsync((command.Words[0].ToUpperInvariant(), command.Bytes), ending.Token);
        }
        finally
        {
            await ending.CancelAsync();
        }
    }

    /// <returns>Whether the connection goes on.</returns>
    private async Task<bool> PassAsync(string name, byte[] command, CancellationToken cancellationToken)
    {
        switch (proxy.Enter(name))
        {
            case RespFault.CutBefore:
                return false;
            case RespFault.Loading:
                await client.SendAsync("-LOADING Redis is loading the dataset in memory\r\n"u8.ToArray(), cancellationToken);
                return true;
            case RespFault.Readonly:
                await client.SendAsync("-READONLY You can't write against a read only replica.\r\n"u8.ToArray(), cancellationToken);
                return true;
            case RespFault.CutAfter:
                _ = await AnswerAsync(command, cancellationToken);
                return false;
            case RespFault.CutWithin:
                var half = await AnswerAsync(command, cancellationToken);
                await client.SendAsync(half.AsMemory(0, half.Length / 2), cancellationToken);
                return false;
            case RespFault.HalfOpen:
                _ = await AnswerAsync(command, cancellationToken);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
                return false;
            case RespFault.Delay:
                var whole = await AnswerAsync(command, cancellationToken);
                await client.SendAsync(whole.AsMemory(0, whole.Length / 2), cancellationToken);
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
                await client.SendAsync(whole.AsMemory(whole.Length / 2), cancellationToken);
                return true;
            default:
                await client.SendAsync(await AnswerAsync(command, cancellationToken), cancellationToken);
                return true;
        }
    }

    private async Task<byte[]> AnswerAsync(byte[] command, CancellationToken cancellationToken)
    {
        await server.SendAsync(command, cancellationToken);
        return (await answers.NextAsync(server, cancellationToken) ?? throw new IOException("the server closed")).Bytes;
    }

    /// <summary>Tells where values end, and keeps their bytes.</summary>
    private sealed class Framing
    {
        private readonly byte[] buffer = new byte[64 << 10];
        private byte[] received = [];

        /// <summary>The next value as it came, push messages before it included; null when the peer closed.</summary>
        public async Task<Value?> NextAsync(Socket from, CancellationToken cancellationToken)
        {
            while (true)
            {
                if (received.Length > 0 && TryTake() is { } value)
                    return value;
                var length = await from.ReceiveAsync(buffer, cancellationToken);
                if (length == 0)
                    return null;
                received = [.. received, .. buffer.AsSpan(0, length)];
            }
        }

        private Value? TryTake()
        {
            var cursor = new RespCursor(new ReadOnlySequence<byte>(received));
            var total = cursor.Remaining;
            var reader = new ReplyReader(MaxBytes);
            while (reader.TryRead(ref cursor, out var reply))
            {
                if (reader.IsAside)
                    continue;
                var length = (int)(total - cursor.Remaining);
                var value = new Value(received[..length], reply.Kind is LakehouseOperator.Redis.RedisReplyKind.Array ? [.. reply.Items.Take(2).Select(static item => item.ToString())] : []);
                received = received[length..];
                return value;
            }

            return null;
        }
    }

    /// <param name="Words">The first ones of a command.</param>
    private sealed record Value(byte[] Bytes, IReadOnlyList<string> Words);
}
