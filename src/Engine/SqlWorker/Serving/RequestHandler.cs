using System.Diagnostics.CodeAnalysis;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Sql;
using LakehouseOperator.Sql.Protocol;
using LakehouseOperator.Sql.Server;

namespace LakehouseOperator.Engine.SqlWorker.Serving;

/// <summary>Answers the protocol's requests, one at a time, each in a fresh sandbox on the worker's SQL thread.</summary>
public sealed class RequestHandler : IRequestHandler, IDisposable
{
    private readonly TimeProvider time;
    private readonly SqlRequests requests;
    private readonly SqlThread thread = new();

    /// <param name="scratch">A folder of this process alone; every request gets one below it, which goes with the request.</param>
    /// <param name="bounds">Holds requests to their bounds where nobody does so from outside; null: somebody does.</param>
    public RequestHandler(string scratch, TimeProvider time, IRequestBounds? bounds = null)
    {
        this.time = time;
        requests = new SqlRequests(scratch, bounds ?? NoRequestBounds.Instance);
        _ = thread.RunAsync(() =>
        {
            requests.Prepare();
            return true;
        });
    }

    public string Engine { get; } = DuckDbDatabase.LibraryVersion;

    public async Task<Frame> AnswerAsync(Frame request, Func<Frame, Task> sendRows, CancellationToken cancellationToken)
    {
        // An interrupt that comes between two statements is lost, so it is repeated until the request ends.
        using var interrupts = time.CreateTimer(
            _ =>
            {
                if (cancellationToken.IsCancellationRequested)
                    requests.Interrupt();
            },
            null, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20));
        var answer = await thread.RunAsync(() => Answer(request, sendRows, cancellationToken)).ConfigureAwait(false);
        _ = thread.RunAsync(() =>
        {
            requests.Prepare();
            return true;
        });
        return answer;
    }

    public void Dispose()
    {
        thread.Dispose();
        requests.Dispose();
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary of a request: whatever fails in it must be told to the client.")]
    private Frame Answer(Frame request, Func<Frame, Task> sendRows, CancellationToken cancellationToken)
    {
        try
        {
            return requests.Answer(request, sendRows, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return Frame.Of(request.Id, FrameKind.Cancelled);
        }
        catch (DuckDbException e) when (e.IsInterrupt)
        {
            return Frame.Of(request.Id, FrameKind.Cancelled);
        }
        catch (WorkerEndException e)
        {
            return Failed(request, new WorkerFailure(e.End, e.Message));
        }
        catch (Exception e)
        {
            return Failed(request, new WorkerFailure(WorkerEnd.Exited, $"the SQL worker failed: {e.GetType().Name}"));
        }
    }

    private static Frame Failed(Frame request, WorkerFailure failure) =>
        Frame.Of(request.Id, FrameKind.Failed, failure, FrameJson.Default.WorkerFailure);
}

/// <summary>A bound was reached inside DuckDB; this worker's memory or scratch is not to be trusted for another request.</summary>
internal sealed class WorkerEndException(WorkerEnd end, string message, Exception? inner = null) : Exception(message, inner)
{
    public WorkerEnd End { get; } = end;
}
