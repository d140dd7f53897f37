namespace LakehouseOperator.Sql.Client;

public sealed record SidecarOptions(string Socket, TimeSpan ConnectWithin, bool Returns, SqlWorkerOptions? Worker = null);

public sealed class SidecarSqlWorkerPool(SidecarOptions options, TimeProvider time) : ISqlWorkerPool
{
    public string Socket { get; } = options.Socket;
    public TimeProvider Time { get; } = time;
    public Task OpenAsync(CancellationToken cancellationToken) => Task.FromResult(Socket);
    public Task<ISqlWorker> RentAsync(CancellationToken cancellationToken) => throw new SqlWorkerGoneException(WorkerEnd.Exited, "no worker");
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
