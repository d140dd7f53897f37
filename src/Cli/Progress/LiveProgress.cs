using System.Globalization;
using LakehouseOperator.Cli.Output;
using LakehouseOperator.Engine.Runs;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace LakehouseOperator.Cli.Progress;

/// <summary>
/// A table on the terminal that is drawn again some times a second: what runs now, its stage, rows and rate. Ends of runs scroll by above it. Facts come from
/// any thread and only change what is drawn next; one loop draws.
/// </summary>
internal sealed class LiveProgress : RunProgress
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(125);
    private readonly IAnsiConsole console;
    private readonly Streams streams;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly Dictionary<ResourceId, Line> lines = [];
    private readonly Queue<Action> above = new();
    private readonly CancellationTokenSource closing = new();
    private readonly Task drawing;
    private readonly long begun;
    private int finished;
    private bool started;

    public LiveProgress(Streams streams, TimeProvider time)
    {
        this.streams = streams;
        this.time = time;
        console = streams.ErrorConsole;
        begun = time.GetTimestamp();
        drawing = Task.Run(DrawAsync);
    }

    public override void Found(IReadOnlyList<Diagnostic> diagnostics) => Above(() =>
    {
        foreach (var diagnostic in diagnostics)
            streams.Show(diagnostic);
    });

    public override void Started(ResourceId resource, int attempt)
    {
        lock (gate)
        {
            started = true;
            lines[resource] = new Line(time.GetTimestamp()) { Attempt = attempt };
        }
    }

    public override void Stage(ResourceId resource, RunStage stage) => Change(resource, line => line.Stage = stage);

    public override void Rows(ResourceId resource, long rows) => Change(resource, line => line.Rows = rows);

    public override void Committed(ResourceId resource, TableName table, long version, long rowsAdded) => Change(resource, line => line.Committed = version);

    public override void Finished(ResourceId resource, RunReport report)
    {
        lock (gate)
        {
            lines.Remove(resource);
            finished++;
        }

        Above(() => streams.Error.WriteLine(End(resource, report)));
    }

    public override void Retrying(ResourceId resource, RunError error, int attempt, TimeSpan after) =>
        Above(() => streams.Error.WriteLine($"{resource}: tries again in {Cells.Duration(after)}"));

    public override async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await drawing;
        closing.Dispose();
        await base.DisposeAsync();
    }

    private void Change(ResourceId resource, Action<Line> change)
    {
        lock (gate)
        {
            if (lines.TryGetValue(resource, out var line))
                change(line);
        }
    }

    private void Above(Action write)
    {
        lock (gate)
            above.Enqueue(write);
    }

    private async Task DrawAsync()
    {
        using var timer = new PeriodicTimer(Frame, time);
        var canDraw = true;
        while (true)
        {
            try
            {
                await (canDraw ? DrawLiveAsync(timer) : TickAsync(timer));
            }
            catch (Exception e) when (e is InvalidOperationException or IOException or ArgumentException)
            {
                // A terminal that cannot be drawn on keeps nobody from running: the lines above go on.
                canDraw = false;
            }

            WriteAbove();
            if (closing.IsCancellationRequested && Pending() == 0)
                return;
        }
    }

    /// <summary>Draws until something wants to be written above, or until the end; then the table is wiped.</summary>
    private Task DrawLiveAsync(PeriodicTimer timer) => console.Live(Draw()).AutoClear(true).StartAsync(async live =>
    {
        while (Pending() == 0 && !closing.IsCancellationRequested)
        {
            live.UpdateTarget(Draw());
            await TickAsync(timer);
        }
    });

    private async Task TickAsync(PeriodicTimer timer)
    {
        try
        {
            await timer.WaitForNextTickAsync(closing.Token);
        }
        catch (OperationCanceledException)
        {
            // The end is looked at by the loop.
        }
    }

    private int Pending()
    {
        lock (gate)
            return above.Count;
    }

    private void WriteAbove()
    {
        List<Action> writes;
        lock (gate)
        {
            writes = [.. above];
            above.Clear();
        }

        foreach (var write in writes)
            write();
    }

    private IRenderable Draw()
    {
        IRenderable grid = new Text(" ");
        lock (gate)
        {
            if (lines.Count > 0)
                grid = DrawRuns();
        }

        return new Rows(grid, new Text(Summary(), new Style(Color.Grey)));
    }

    private Grid DrawRuns()
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap().RightAligned())
            .AddColumn(new GridColumn().NoWrap().RightAligned()).AddColumn(new GridColumn().NoWrap().RightAligned());
        foreach (var (resource, line) in lines.OrderBy(line => line.Key.Kind).ThenBy(line => line.Key.Name, StringComparer.Ordinal).Take(Math.Max(1, console.Profile.Height - 3)))
        {
            var elapsed = time.GetElapsedTime(line.Since);
            var rate = elapsed.TotalSeconds > 0.2 && line.Rows > 0 ? (line.Rows / elapsed.TotalSeconds).ToString("#,0", CultureInfo.InvariantCulture) + " rows/s" : "";
            grid.AddRow(
                new Text(resource.ToString(), new Style(Color.Blue)),
                new Text(line.Stage?.ToString().ToLowerInvariant() ?? (line.Attempt > 1 ? $"attempt {line.Attempt}" : "starting")),
                new Text(line.Rows > 0 ? $"{Cells.Number(line.Rows)} rows" : ""),
                new Text(rate),
                new Text(Cells.Duration(elapsed), new Style(Color.Grey)));
        }

        return grid;
    }

    /// <summary>The last line. The display is never less than two lines high: moving up by none is moving up by one on many terminals.</summary>
    private string Summary()
    {
        if (!started)
            return "checking documents";
        return $"{Cells.Number(finished)} {(finished == 1 ? "run" : "runs")} done in {Cells.Duration(time.GetElapsedTime(begun))}";
    }

    private sealed class Line(long since)
    {
        public long Since { get; } = since;

        public int Attempt { get; init; }

        public RunStage? Stage { get; set; }

        public long Rows { get; set; }

        public long? Committed { get; set; }
    }
}
