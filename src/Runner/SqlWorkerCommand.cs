using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using LakehouseOperator.Engine.SqlWorker.Serving;
using LakehouseOperator.Engine.SqlWorker.Sidecar;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Runner;

/// <summary><c>sql-worker --socket PATH</c>: the process that user SQL runs in.</summary>
internal static class SqlWorkerCommand
{
    public static Command Create()
    {
        var socket = new Option<string>("--socket") { Description = "The Unix socket to listen on.", Required = true };
        var scratch = new Option<string?>("--scratch") { Description = "Its folder for spilled rows. Default: scratch, beside the socket." };
        var sidecar = new Option<bool>("--sidecar") { Description = "Serve the one process that holds a guardian connection, and end with it; end when none comes." };
        var keep = new Option<bool>("--keep") { Description = "With --sidecar: serve from a child process, and start another whenever one has ended." };
        var keptBy = new Option<int?>("--kept-by") { Description = "Pid of the process that keeps this sidecar; end with it.", Hidden = true };
        var guardian = new Option<int>("--guardian-within") { Description = "Seconds that a sidecar waits for a guardian.", DefaultValueFactory = static _ => (int)SidecarServer.GuardianWithin.TotalSeconds, Hidden = true };
        var child = new Option<int?>("--child") { Description = "Serve the process of this pid alone, which started this one, and end with it.", Hidden = true };
        var command = new Command("sql-worker", "Judges and runs SELECT statements for the process on the other end of a socket.") { socket, scratch, sidecar, keep, keptBy, guardian, child };
        command.Validators.Add(result =>
        {
            if (result.GetValue(keep) && !result.GetValue(sidecar))
                result.AddError("--keep goes with --sidecar");
        });
        command.SetAction((parsed, cancellationToken) => EndAsync(() =>
        {
            var at = parsed.GetRequiredValue(socket);
            var work = parsed.GetValue(scratch) ?? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(at))!, "scratch");
            var within = parsed.GetValue(guardian);
            return (parsed.GetValue(sidecar), parsed.GetValue(keep)) switch
            {
                (true, true) => UntilToldAsync(new SidecarKeeper(
                    Environment.ProcessPath!,
                    [command.Name, socket.Name, at, scratch.Name, work, sidecar.Name, guardian.Name, within.ToString(CultureInfo.InvariantCulture)],
                    Console.Out, Console.Error, TimeProvider.System).RunAsync),
                (true, false) => UntilToldAsync(async stop =>
                    (int)await SidecarServer.RunAsync(at, work, Console.Out, TimeProvider.System, TimeSpan.FromSeconds(within), parsed.GetValue(keptBy), stop)),
                _ => ServeAsync(at, work, parsed.GetValue(child), cancellationToken),
            };
        }));
        return command;
    }

    private static async Task<int> ServeAsync(string socket, string scratch, int? parent, CancellationToken cancellationToken)
    {
        await SqlWorkerServer.RunAsync(socket, scratch, parent, Console.Out, TimeProvider.System, cancellationToken);
        return (int)RunnerExit.Done;
    }

    /// <summary>A signal to end is heard, and is for the sidecar to heed.</summary>
    private static async Task<int> UntilToldAsync(Func<CancellationToken, Task<int>> serve)
    {
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        return await serve(stop.Token);

        void Cancel(PosixSignalContext context)
        {
            context.Cancel = true;
            _ = stop.CancelAsync();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary of the process.")]
    private static async Task<int> EndAsync(Func<Task<int>> serve)
    {
        try
        {
            return await serve();
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
        {
            await Console.Error.WriteLineAsync($"{RunCodes.ScratchUnusable.Id}: {e.Message}");
            return (int)RunCodes.ScratchUnusable.Exit;
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"{BugCodes.Unhandled.Id}: {e.GetType().Name}");
            return (int)RunnerExit.Bug;
        }
    }
}
