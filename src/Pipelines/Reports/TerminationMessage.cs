using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Pipelines.Reports;

/// <summary>
/// The report as a container's termination message: the fallback where the report itself did not arrive. JSON lines: a summary with the
/// exit reason, then records, failed checks first. Kubernetes cuts at 4,096 bytes wherever that falls; this cuts before, between records, and says how many are gone.
/// </summary>
public static class TerminationMessage
{
    public const int MaxBytes = 3500;

    /// <summary>Space that the error's texts may take, so that the summary always fits.</summary>
    private const int MaxMessageChars = 400;

    private const int MaxHelpChars = 160;

    internal sealed record Summary(
        int Protocol,
        string RunId,
        ResourceKind Kind,
        string Namespace,
        string Name,
        RunResult Result,
        RunnerExit Exit,
        DateTimeOffset StartTime,
        DateTimeOffset CompletionTime,
        long RowsRead,
        long RowsWritten,
        int Checks,
        int Failed,
        RunError? Error = null,
        StorageReport? Storage = null);

    /// <summary>One record: exactly one member.</summary>
    internal sealed record Entry(CheckResult? Check = null, TableReport? Table = null, InputVersion? Input = null, int? Omitted = null);

    /// <summary>At most <see cref="MaxBytes"/> of UTF-8, without control characters but the line feed between records.</summary>
    public static string Write(RunReport report)
    {
        var message = new StringBuilder(JsonSerializer.Serialize(SummaryOf(report), ReportJsonContext.Lines.Summary));
        var bytes = Encoding.UTF8.GetByteCount(message.ToString());
        var entries = Entries(report).Select(entry => JsonSerializer.Serialize(entry, ReportJsonContext.Lines.Entry)).ToList();
        var written = 0;
        foreach (var entry in entries)
        {
            var size = 1 + Encoding.UTF8.GetByteCount(entry);
            var reserve = written + 1 < entries.Count ? 1 + Omission(entries.Count).Length : 0;
            if (bytes + size + reserve > MaxBytes)
                break;
            message.Append('\n').Append(entry);
            bytes += size;
            written++;
        }

        if (written < entries.Count)
            message.Append('\n').Append(Omission(entries.Count - written));
        return message.ToString();
    }

    /// <summary>What the message holds of the report.</summary>
    /// <exception cref="DiagnosticException"><see cref="RunCodes.ProtocolUnsupported"/> or <see cref="RunCodes.ReportUnreadable"/>.</exception>
    public static RunReport Read(string message)
    {
        var lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var summary = ReportJson.Read(lines.Length == 0 ? "" : lines[0], ReportJsonContext.Lines.Summary);
        var entries = lines.Skip(1).Select(EntryOf).ToList();
        return new RunReport(
            summary.Protocol, summary.RunId, summary.Kind, summary.Namespace, summary.Name, summary.Result, summary.StartTime, summary.CompletionTime, summary.Error,
            [.. entries.Select(entry => entry.Input).OfType<InputVersion>()],
            [.. entries.Select(entry => entry.Table).OfType<TableReport>()],
            summary.RowsRead,
            summary.RowsWritten,
            [.. entries.Select(entry => entry.Check).OfType<CheckResult>()],
            summary.Storage);
    }

    private static Summary SummaryOf(RunReport report) => new(
        report.Protocol, report.RunId, report.Kind, report.Namespace, report.Name, report.Result, report.Error?.Exit ?? RunnerExit.Done,
        report.StartTime, report.CompletionTime, report.RowsRead, report.RowsWritten,
        report.Checks?.Count ?? 0,
        report.Checks?.Count(check => check.Outcome is CheckOutcome.Failed or CheckOutcome.Errored) ?? 0,
        report.Error is { } error
            ? error with { Message = Cut(error.Message, MaxMessageChars), Field = Cut(error.Field, MaxHelpChars), Help = Cut(error.Help, MaxHelpChars) }
            : null,
        report.Storage);

    private static IEnumerable<Entry> Entries(RunReport report)
    {
        var checks = (report.Checks ?? []).OrderBy(check => Urgency(check.Outcome)).Select(check => new Entry(Check: check)).ToList();
        var urgent = (report.Checks ?? []).Count(check => Urgency(check.Outcome) < Urgency(CheckOutcome.NoData));
        return
        [
            .. checks.Take(urgent),
            .. (report.Tables ?? []).Select(table => new Entry(Table: table)),
            .. (report.Inputs ?? []).Select(input => new Entry(Input: input)),
            .. checks.Skip(urgent),
        ];
    }

    private static int Urgency(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Failed => 0,
        CheckOutcome.Errored => 1,
        CheckOutcome.Warned => 2,
        CheckOutcome.NoData => 3,
        _ => 4,
    };

    private static string Omission(int count) => JsonSerializer.Serialize(new Entry(Omitted: count), ReportJsonContext.Lines.Entry);

    /// <summary>A line that is not whole was cut by someone else and tells nothing.</summary>
    private static Entry EntryOf(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ReportJsonContext.Lines.Entry) ?? new Entry();
        }
        catch (JsonException)
        {
            return new Entry();
        }
    }

    /// <summary>Never between the two halves of a character.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    private static string? Cut(string? text, int chars)
    {
        if (text is null || text.Length <= chars)
            return text;
        var end = char.IsHighSurrogate(text[chars - 2]) ? chars - 2 : chars - 1;
        return text[..end] + "…";
    }
}
