using System.Net.Sockets;
using LakehouseOperator.Sql.Client;
using LakehouseOperator.Sql.Protocol;

namespace LakehouseOperator.Sql.Tests;

/// <summary>Both ends of a real Unix socket.</summary>
internal sealed class Loopback : IAsyncDisposable
{
    public required FrameStream Worker { get; init; }

    public required Stream Client { get; init; }

    public FakeProcess Process { get; } = new();

    public static async Task<Loopback> OpenAsync()
    {
        var path = Path.Combine(Path.GetTempPath(), $"lh-{Guid.NewGuid():N}.s");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(path));
        var worker = await listener.AcceptAsync();
        File.Delete(path);
        var loopback = new Loopback
        {
            Worker = new FrameStream(new NetworkStream(worker, ownsSocket: true)),
            Client = new NetworkStream(client, ownsSocket: true),
        };
        loopback.Process.OnKill = () => worker.Close();
        return loopback;
    }

    public async ValueTask DisposeAsync()
    {
        await Worker.DisposeAsync();
        await Client.DisposeAsync();
    }
}

/// <summary>Remembers what the client did to it; being killed closes the worker's end.</summary>
internal sealed class FakeProcess : IWorkerProcess
{
    public Action OnKill { get; set; } = static () => { };

    public WorkerEnd? End { get; private set; }

    public int Watched { get; private set; }

    public string? Output { get; private set; }

    public bool IsDisposed { get; private set; }

    public void Kill(WorkerEnd why)
    {
        End ??= why;
        OnKill();
    }

    public IDisposable Watch(SqlLimits limits, string? outputDirectory)
    {
        Watched++;
        Output = outputDirectory ?? Output;
        return new Watching(this);
    }

    public Task<WorkerEnd> EndedAsync()
    {
        if (End is null)
            Kill(WorkerEnd.Exited);
        return Task.FromResult(End!.Value);
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    private sealed class Watching(FakeProcess process) : IDisposable
    {
        public void Dispose() => process.Watched--;
    }
}
