using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using LakehouseOperator.Engine.SqlWorker.Serving;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Runner;

/// <summary><c>sql-worker --socket PATH</c>: the process that user SQL runs in.</summary>
internal static class SqlWorkerCommand
{
    public static Command Create()
    {
        var socket = new Option<string>("--socket") { Description = "The Unix socket to listen on.", Required = true };
        var scratch = new Option<string?>("--scratch") { Description = "Its folder for spilled rows. Default: scratch, beside the socket." };
        var child = new Option<int?>("--child") { Description = "Serve the process of this pid alone, which started this one, and end with it.", Hidden = true };
        var command = new Command("sql-worker", "Judges and runs SELECT statements for the process on the other end of a socket.") { socket, scratch, child };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetRequiredValue(socket), parsed.GetValue(scratch), parsed.GetValue(child), cancellationToken));
        return command;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary of the process.")]
    private static async Task<int> RunAsync(string socket, string? scratch, int? parent, CancellationToken cancellationToken)
    {
        try
        {
            await SqlWorkerServer.RunAsync(socket, scratch, parent, Console.Out, TimeProvider.System, cancellationToken);
            return (int)RunnerExit.Done;
        }
        catch (OperationCanceledException)
        {
            return (int)RunnerExit.Done;
        }
        catch (DiagnosticException e)
        {
            await Console.Error.WriteLineAsync($"{e.Diagnostic.Code.Id}: {e.Diagnostic.Message}");
            return (int)e.Diagnostic.Code.Exit;
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"{BugCodes.Unhandled.Id}: {e.GetType().Name}");
            return (int)RunnerExit.Bug;
        }
    }
}
