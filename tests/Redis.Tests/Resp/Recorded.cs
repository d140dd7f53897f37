using System.Text;
using LakehouseOperator.Redis.Streams;

namespace LakehouseOperator.Redis.Tests.Resp;

/// <summary>What Redis 7.0.15 said, byte for byte, by RESP2 and RESP3, and what is to be understood of it.</summary>
internal static class Recorded
{
    private static readonly RedisAddress Address = new("recorded", 1, 0, Tls: false);

    private static readonly XReadRequest Streams = new([new("shop:orders", default), new("shop:none", default), new("shop:users", default)], 10);

    public static IEnumerable<string> Names => typeof(Recorded).Assembly.GetManifestResourceNames().Where(static name => name.Contains(".resp", StringComparison.Ordinal)).Order();

    public static byte[] Bytes(string name)
    {
        using var stream = typeof(Recorded).Assembly.GetManifestResourceStream(name)!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    public static RedisConnection Connection(IEnumerable<byte[]> pieces, RedisOptions? options = null) =>
        RedisConnection.Over(new ScriptedStream(pieces), Address, options ?? RedisOptions.Default, TimeProvider.System);

    /// <summary>The whole answer in words, by whatever reads it in earnest.</summary>
    public static async Task<string> UnderstandAsync(string name, IEnumerable<byte[]> pieces, RedisOptions? options = null)
    {
        await using var connection = Connection(pieces, options);
        var seen = new Seen();
        try
        {
            if (name.Contains("xread", StringComparison.Ordinal) || name.Contains("wrongtype", StringComparison.Ordinal) || name.Contains("nogroup", StringComparison.Ordinal))
                seen.Lines.Add($"{await connection.ReadStreamsAsync(Streams, seen, CancellationToken.None)}");
            else if (name.StartsWith("xrange", StringComparison.Ordinal))
                seen.Lines.Add($"{await connection.ReadRangeAsync("shop:orders", StreamId.Min, StreamId.Max, 10, seen, CancellationToken.None)}");
            else
                seen.Lines.Add(Words((await connection.SendAsync([new RedisCommand("ANY")], CancellationToken.None))[0]));
        }
        catch (RedisErrorException e)
        {
            seen.Lines.Add($"{e.Code}: {e.Message}");
        }

        return string.Join('\n', seen.Lines);
    }

    private static string Words(RedisReply reply) => reply.Kind switch
    {
        RedisReplyKind.Array or RedisReplyKind.Map => $"{reply.Kind}({string.Join(", ", reply.Items.Select(Words))})",
        RedisReplyKind.Text => $"\"{Encoding.Latin1.GetString(reply.Bytes.Span)}\"",
        _ => $"{reply.Kind} {reply}",
    };
}
