using System.Text;
using System.Text.Json.Nodes;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Pipelines.Tests.Reports;

public class ReportTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 15, 12, 0, 0, 250, TimeSpan.Zero);

    public static TheoryData<string> Kinds => ["ingestion", "transformation", "blocked", "qualitycheck", "running", "probe", "unreachable"];

    [Theory, MemberData(nameof(Kinds))]
    public void The_text_of_a_report_is_frozen(string kind) => Golden.Check($"report-{kind}.json", ReportJson.Write(Sample(kind)));

    [Theory, MemberData(nameof(Kinds))]
    public void A_report_that_was_written_is_read_back_whole(string kind)
    {
        var text = ReportJson.Write(Sample(kind));
        Assert.Equal(text, ReportJson.Write(ReportJson.Read(text)));
    }

    [Fact]
    public void A_report_may_say_more_than_its_reader_knows()
    {
        var report = JsonNode.Parse(ReportJson.Write(Sample("blocked")))!;
        report["mood"] = "fine";
        Assert.Equal(RunResult.Blocked, ReportJson.Read(report.ToJsonString()).Result);
    }

    [Fact]
    public void A_report_of_another_protocol_is_refused()
    {
        var report = JsonNode.Parse(ReportJson.Write(Sample("blocked")))!;
        report["protocol"] = 7;
        Assert.Equal(RunCodes.ProtocolUnsupported, Assert.Throws<DiagnosticException>(() => ReportJson.Read(report.ToJsonString())).Diagnostic.Code);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void The_termination_message_of_a_report_is_frozen(string kind) => Golden.Check($"termination-{kind}.jsonl", TerminationMessage.Write(Sample(kind)));

    [Theory, MemberData(nameof(Kinds))]
    public void A_short_report_survives_its_termination_message(string kind)
    {
        var report = Sample(kind);
        var read = TerminationMessage.Read(TerminationMessage.Write(report));
        Assert.Equal((report.RunId, report.Result, report.Error, report.RowsWritten, report.Storage), (read.RunId, read.Result, read.Error, read.RowsWritten, read.Storage));
        Assert.Equal(report.Checks?.ToHashSet() ?? [], read.Checks!.ToHashSet());
        Assert.Equal(report.Tables ?? [], read.Tables!);
        Assert.Equal(report.Inputs ?? [], read.Inputs!);
    }

    [Fact]
    public void A_termination_message_fits_says_the_reason_and_shows_failed_checks_first()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var report = Random(new Random(seed));
            var message = TerminationMessage.Write(report);
            Assert.InRange(Encoding.UTF8.GetByteCount(message), 1, TerminationMessage.MaxBytes);
            Assert.DoesNotContain(message, static c => char.IsControl(c) && c != '\n');
            Assert.Equal(message, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(message)));
            var lines = message.Split('\n');
            Assert.All(lines, line => Assert.NotNull(JsonNode.Parse(line)));
            var summary = JsonNode.Parse(lines[0])!;
            Assert.Equal(report.Error!.Exit.ToString(), (string)summary["exit"]!);
            Assert.Equal(report.Error.Code, (string)summary["error"]!["code"]!);

            var read = TerminationMessage.Read(message);
            var failed = report.Checks!.Where(check => check.Outcome == CheckOutcome.Failed).ToList();
            var shown = Math.Min(failed.Count, read.Checks!.Count);
            Assert.Equal(failed.Take(shown), read.Checks!.Take(shown));
            var records = report.Checks!.Count + report.Tables!.Count + report.Inputs!.Count;
            var omitted = JsonNode.Parse(lines[^1])!["omitted"];
            Assert.Equal(records, lines.Length - 1 + (omitted is null ? 0 : (int)omitted - 1));
        }
    }

    [Fact]
    public void A_termination_message_that_something_else_cut_still_tells_what_is_whole()
    {
        var message = TerminationMessage.Write(Sample("blocked"));
        var read = TerminationMessage.Read(message[..^10]);
        Assert.Equal((RunResult.Blocked, "LH5001"), (read.Result, read.Error!.Code));
        Assert.Equal(RunCodes.ReportUnreadable, Assert.Throws<DiagnosticException>(() => TerminationMessage.Read(message[..40])).Diagnostic.Code);
        Assert.Equal(RunCodes.ReportUnreadable, Assert.Throws<DiagnosticException>(() => TerminationMessage.Read("")).Diagnostic.Code);
    }

    private static RunReport Sample(string kind) => kind switch
    {
        "ingestion" => new RunReport(
            1, "run-0001", ResourceKind.Ingestion, "default", "events", RunResult.Succeeded, Start, Start.AddSeconds(2),
            Tables: [new TableReport("bronze.events", "t-1", 3, 2, 70_700, 70_700, 12, Start.AddSeconds(1), Start.AddHours(-1))],
            RowsRead: 70_712, RowsWritten: 70_700),
        "running" => new RunReport(
            1, "run-0005", ResourceKind.Ingestion, "default", "orders", RunResult.Running, Start, Start.AddMinutes(7),
            new RunError("LH3001", RunnerExit.Source, "bronze.refunds: redis.shop:6379 does not answer; tried again in 10 s"),
            Tables: [new TableReport("bronze.orders", "t-1", 9, 9, null, 5_000, 1, Start.AddSeconds(400), Start.AddSeconds(390), 17, 2.5)],
            RowsRead: 5_001, RowsWritten: 5_000),
        "probe" => new RunReport(
            1, "run-0006", ResourceKind.Lakehouse, "default", "main", RunResult.Succeeded, Start, Start.AddSeconds(1), Storage: new StorageReport(true, true, 12)),
        "unreachable" => new RunReport(
            1, "run-0007", ResourceKind.Lakehouse, "default", "main", RunResult.Failed, Start, Start.AddSeconds(90),
            new RunError("LH4010", RunnerExit.Store, "http://minio.storage:9000 does not answer: connection refused"), Storage: new StorageReport(false, null, 0)),
        "transformation" => new RunReport(
            1, "run-0002", ResourceKind.Transformation, "default", "silver-events", RunResult.Succeeded, Start, Start.AddSeconds(3),
            Inputs: [new InputVersion("bronze.events", "t-1", 3, 2)],
            Tables: [new TableReport("silver.events", "t-2", 1, 1, 70_000, 70_000)],
            RowsRead: 70_700, RowsWritten: 70_000,
            Checks: [new CheckResult("silver-events", "key", "unique", CheckOutcome.Passed, 0, "max 0 duplicates")],
            Consumed: new ConsumedInputs([new ConsumedInput("bronze.events", "t-1", 2)], "5a1e", new Dictionary<string, string> { ["silver-events"] = "c0de" })),
        "blocked" => new RunReport(
            1, "run-0003", ResourceKind.Transformation, "default", "silver-events", RunResult.Blocked, Start, Start.AddSeconds(3),
            new RunError("LH5001", RunnerExit.Blocked, "1 of 3 checks failed \u0007\u001b[31m\u202e", "spec.checks", 3, 4, "look at \"key\""),
            Inputs: [new InputVersion("bronze.events", "t-1", 3, 2)],
            RowsRead: 70_700,
            Checks:
            [
                new CheckResult("silver-events", "rows", "rowCount", CheckOutcome.Passed, 70_000, "min 1"),
                new CheckResult("silver-events", "page", "missing", CheckOutcome.Warned, 1.25, "max 1 %", "\"page\" is missing in 875 rows of 70000 (1.25 %)"),
                new CheckResult("silver-events", "fresh", "freshness", CheckOutcome.NoData, null, "max age 1h0m0s", "no values"),
                new CheckResult("silver-events", "rate", "metric", CheckOutcome.Errored, null, "min 1", "LH5003: metric.expression"),
                new CheckResult("silver-events", "key", "unique", CheckOutcome.Failed, 3, "max 0 duplicates", "3 rows repeat a key (event_id) that another row has"),
            ]),
        _ => new RunReport(
            1, "run-0004", ResourceKind.QualityCheck, "default", "conversion-rate", RunResult.Failed, Start, Start.AddSeconds(1800),
            new RunError("LH6010", RunnerExit.Deadline, "the run passed its deadline of 30m")),
    };

    private static RunReport Random(Random random)
    {
        const string Alphabet = "abc é漢😀\"\\\n\r\t\0\u001b\u007f\u0085\u2028\u202e<>&'";
        var runes = Alphabet.EnumerateRunes().ToArray();
        string Text(int length) => string.Concat(Enumerable.Range(0, random.Next(length)).Select(_ => runes[random.Next(runes.Length)].ToString()));
        return Sample("blocked") with
        {
            Error = new RunError("LH5001", RunnerExit.Blocked, Text(2000), Text(300), 1, 1, Text(300)),
            Checks =
            [
                .. Enumerable.Range(0, random.Next(80)).Select(_ => new CheckResult(
                    "q", Text(40), "metric", Enum.GetValues<CheckOutcome>()[random.Next(5)], random.Next(2) == 0 ? null : random.NextDouble(), Text(20), Text(300))),
            ],
            Tables = [.. Enumerable.Range(0, random.Next(20)).Select(index => new TableReport($"bronze.t{index}", "t", index, index, null, index))],
            Inputs = [.. Enumerable.Range(0, random.Next(20)).Select(index => new InputVersion($"bronze.t{index}", "t", index, index))],
        };
    }
}
