using System.Text;
using System.Text.Json;
using LakehouseOperator.Cli.Output;
using LakehouseOperator.Redis;

namespace LakehouseOperator.Cli.Samples.Shop;

/// <summary>What to produce.</summary>
internal sealed record ShopRequest(int Seed, int Orders, DateTimeOffset Until);

/// <summary>Produces the shop's streams and prints what the tables must then hold, beside what they hold already.</summary>
internal static class ShopSample
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    /// <returns>The process's exit code.</returns>
    /// <exception cref="Pipelines.Codes.DiagnosticException">See <see cref="ShopRedis.ConnectAsync"/>; also when the server fails half-way.</exception>
    public static async Task<int> RunAsync(ShopRequest request, ShopRedis server, Streams streams, TimeProvider time)
    {
        using var signals = new Signals(time);
        using var arrivals = new ShopArrivals(new ShopModel(request.Seed, request.Orders, request.Until), request.Seed);
        RedisConnection connection;
        try
        {
            connection = await server.ConnectAsync(time, signals.Stop);
        }
        catch (OperationCanceledException) when (signals.ExitCode is not null)
        {
            return signals.ExitCode.Value;
        }

        await using var closed = connection;
        var producer = new ShopProducer(connection);
        var (begun, said) = (time.GetTimestamp(), time.GetTimestamp());
        try
        {
            await producer.AppendAsync(arrivals.All(), Acknowledged, signals.Stop);
        }
        catch (RedisException e)
        {
            streams.Error.WriteLine($"{Cells.Number(producer.Entries)} entries were acknowledged before that; some more may be there. Start over with another --seed or empty streams.");
            throw ShopRedis.Refused(e);
        }

        streams.Error.WriteLine($"{Cells.Number(producer.Entries)} entries appended ({Cells.Duration(time.GetElapsedTime(begun))})");
        streams.Out.WriteLine(Summary(producer.Counts));
        await streams.Out.FlushAsync();
        return signals.ExitCode ?? ExitCode.Fine;

        void Acknowledged()
        {
            if (time.GetElapsedTime(said) < Quiet)
                return;
            said = time.GetTimestamp();
            streams.Error.WriteLine($"{Cells.Number(producer.Entries)} entries, {Cells.Number(producer.Counts[(int)ShopStream.Orders].Distinct)} of {Cells.Number(request.Orders)} orders");
        }
    }

    private static string Summary(IReadOnlyList<ShopCount> counts)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("streams");
            for (var stream = 0; stream < counts.Count; stream++)
            {
                json.WriteStartObject(ShopStreams.Keys[stream]);
                json.WriteNumber("entries", counts[stream].Entries);
                json.WriteNumber("malformed", counts[stream].Malformed);
                json.WriteNumber("duplicates", counts[stream].Duplicates);
                json.WriteNumber("distinct", counts[stream].Distinct);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
