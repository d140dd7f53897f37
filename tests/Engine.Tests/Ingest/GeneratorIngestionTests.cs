using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Engine.Tests.Ingest;

public sealed class GeneratorIngestionTests
{
    internal static readonly GeneratorSourceSpec Spec = new(Seed: 1, Users: 100, Days: 14, EventsPerDay: 500, EventsPerSecond: 5);

    internal static readonly IngestedTableSpec Events = new(
        "bronze.events",
        [
            new("event_id", "VARCHAR", Required: true),
            new("user_id", "BIGINT", Required: true),
            new("event_type", "VARCHAR", Required: true),
            new("page", "VARCHAR"),
            new("timestamp", "TIMESTAMPTZ", Required: true),
            new("source", "VARCHAR"),
        ],
        PartitionBy: [new("timestamp", PartitionTransform.Day, "event_date")]);

    [Fact]
    public async Task A_stream_whose_events_have_ended_waits_to_be_stopped()
    {
        using var house = new IngestionHouse(new ManualTime());
        using var stop = new CancellationTokenSource();
        var spec = Spec with { EventsPerSecond = 0 };
        var running = house.RunAsync(house.Plan(new SourceSpec(spec), [Events], drain: false), stop.Token);
        await Until.TrueAsync(async () => running.IsCompleted || await house.CountAsync("bronze.events") >= 7070, "all its events are there");
        await stop.CancelAsync();
        var report = await running;
        Assert.Null(report.Error);
        Assert.Equal(7070, report.RowsWritten);
    }

    [Fact]
    public async Task Of_a_streams_tables_one_that_fails_is_told_of_at_once_and_tried_again_while_the_others_go_on()
    {
        var time = new ManualTime();
        using var house = new IngestionHouse(time);
        using var stop = new CancellationTokenSource();
        var folder = new Uri(house.Lake.Table(Pipelines.TableName.Parse("bronze.later")).Store.Location).LocalPath;
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        await File.WriteAllTextAsync(folder, "", TestContext.Current.CancellationToken);
        var running = house.RunAsync(house.Plan(new SourceSpec(Spec with { EventsPerSecond = 0 }), [Events, Events with { Name = "bronze.later" }], drain: false), stop.Token);
        await Until.TrueAsync(async () => running.IsCompleted || (await house.CountAsync("bronze.events") >= 7070 && IsTold()), "the one is written, and the other is told of");
        File.Delete(folder);
        await Until.TrueAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromSeconds(5));
                return running.IsCompleted || await house.CountAsync("bronze.later") >= 7070;
            },
            "the other is written, too");
        await stop.CancelAsync();
        Assert.Null((await running).Error);

        bool IsTold()
        {
            lock (house.Notices)
                return house.Notices.Exists(static notice => notice.Code == TableCodes.StoreNotFolder && notice.Message.EndsWith("tried again in 5 s", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_drain_that_was_stopped_before_its_end_has_not_succeeded()
    {
        using var house = new IngestionHouse(new ManualTime());
        var report = await house.RunAsync(house.Plan(new SourceSpec(Spec), [Events]), new CancellationToken(canceled: true));
        Assert.Equal((RunResult.Failed, RunCodes.Interrupted.Id), (report.Result, report.Error?.Code));
    }

    [Fact]
    public async Task A_partition_column_is_spelled_as_the_schema_spells_it()
    {
        using var house = new IngestionHouse(new ManualTime());
        var table = Events with { PartitionBy = [new("SOURCE")] };
        Assert.Null((await house.RunAsync(house.Plan(new SourceSpec(Spec), [table]))).Error);
        var snapshot = await house.SnapshotAsync("bronze.events");
        Assert.Equal(["source"], snapshot!.Schema.PartitionColumns);
        Assert.All(snapshot.Files, file => Assert.Equal("source", Assert.Single(file.PartitionValues).Key));
    }

    [Fact]
    public async Task The_history_becomes_a_typed_table()
    {
        var time = new ManualTime();
        using var house = new IngestionHouse(time);
        var report = await house.RunAsync(house.Plan(new SourceSpec(Spec), [Events]));
        Assert.Null(report.Error);
        Assert.Equal(RunResult.Succeeded, report.Result);
        Assert.Equal(7070, report.RowsWritten);
        var table = Assert.Single(report.Tables!);
        Assert.Equal(7070, table.Rows);
        Assert.Equal(0, table.Quarantined);
        Assert.Equal((0L, 0.0), (table.LagRecords, table.LagSeconds));
        Assert.InRange(table.WatermarkTime!.Value, time.GetUtcNow() - TimeSpan.FromMinutes(5), time.GetUtcNow());

        var snapshot = await house.SnapshotAsync("bronze.events");
        Assert.Equal(
            ["event_id VARCHAR", "user_id BIGINT", "event_type VARCHAR", "page VARCHAR", "timestamp TIMESTAMPTZ", "source VARCHAR", "event_date DATE",
                "_ingested_at TIMESTAMPTZ", "_source VARCHAR", "_source_position VARCHAR"],
            snapshot!.Schema.Columns.Select(column => $"{column.Name} {column.Type.Sql.Replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ", StringComparison.Ordinal)}"));
        Assert.Equal(["event_date"], snapshot.Schema.PartitionColumns);
        Assert.Equal(15, snapshot.Files.Count);

        var row = Assert.Single(await house.QueryAsync("bronze.events", """
            SELECT count(*), count(DISTINCT event_id), count(DISTINCT _source_position), count(DISTINCT _ingested_at), min(_source), bool_and(event_date = timestamp::DATE)
            FROM t
            """));
        Assert.Equal([7070L, 7000L, 7070L, 1L, "generator/1", true], row);
    }

    [Fact]
    public async Task A_second_run_adds_what_has_happened_since_and_doubles_nothing()
    {
        var time = new ManualTime();
        using var house = new IngestionHouse(time);
        var plan = house.Plan(new SourceSpec(Spec), [Events], maxRows: 1000);
        await house.RunAsync(plan);
        Assert.Equal(RunResult.UpToDate, (await house.RunAsync(plan)).Result);
        time.Advance(TimeSpan.FromSeconds(100));
        var report = await house.RunAsync(plan);
        Assert.InRange(report.RowsWritten, 500, 506);
        Assert.Equal(RunResult.Succeeded, report.Result);
        var row = Assert.Single(await house.QueryAsync("bronze.events", "SELECT count(*), count(DISTINCT _source_position), count(DISTINCT event_id) FROM t"));
        Assert.Equal(row[0], row[1]);
        Assert.Equal(7500L, row[2]);
    }

    [Fact]
    public async Task A_table_with_rows_of_another_source_is_refused()
    {
        using var house = new IngestionHouse(new ManualTime());
        await house.RunAsync(house.Plan(new SourceSpec(Spec), [Events]));
        var report = await house.RunAsync(house.Plan(new SourceSpec(Spec with { Seed = 2 }), [Events]));
        Assert.Equal(RunResult.Failed, report.Result);
        Assert.Equal(SourceCodes.PositionMissing.Id, report.Error!.Code);
        Assert.Equal(7070, await house.CountAsync("bronze.events"));
    }

    [Fact]
    public async Task A_changed_parameter_is_refused_and_nothing_is_written()
    {
        using var house = new IngestionHouse(new ManualTime());
        await house.RunAsync(house.Plan(new SourceSpec(Spec), [Events]));
        var report = await house.RunAsync(house.Plan(new SourceSpec(Spec with { Users = 3 }), [Events]));
        Assert.Equal((SourceCodes.SourceRegressed.Id, "spec.source.generator.users"), (report.Error!.Code, report.Error.Field));
        Assert.Equal(7070, await house.CountAsync("bronze.events"));
    }

    [Fact]
    public async Task A_stream_commits_by_its_interval_and_ends_with_the_commit_in_hand()
    {
        var time = new ManualTime();
        using var house = new IngestionHouse(time);
        using var stop = new CancellationTokenSource();
        var run = house.RunAsync(house.Plan(new SourceSpec(Spec with { Days = 0, EventsPerSecond = 100 }), [Events], drain: false), stop.Token);
        await Until.TrueAsync(
            async () =>
            {
                if (run.IsCompleted || await house.CountAsync("bronze.events") > 0)
                    return true;
                time.Advance(TimeSpan.FromSeconds(1));
                return false;
            },
            "a commit");

        await stop.CancelAsync();
        var report = await run;
        Assert.Null(report.Error);
        Assert.Equal(report.RowsWritten, await house.CountAsync("bronze.events"));
    }
}
