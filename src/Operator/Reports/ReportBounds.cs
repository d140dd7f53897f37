using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Operator.Reports;

/// <summary>
/// What a report says, within the bounds that a status has. A status that the API server refuses for one text too long, or a number that JSON has no word for, would be refused again and again,
/// and its run would never end.
/// </summary>
internal static class ReportBounds
{
    private const int MostChecks = 1000;
    private const int MostTables = 1000;
    private const int LongText = 4096;
    private const int ShortText = 1024;
    private const int Name = 64;

    public static RunReport Of(RunReport report) => report with
    {
        RunId = Words.Cut(report.RunId, Name),
        Result = Enum.IsDefined(report.Result) ? report.Result : RunResult.Failed,
        Error = report.Error is { } error ? Of(error) : null,
        Inputs = report.Inputs?.OfType<InputVersion>().Take(MostTables).ToList(),
        Tables = report.Tables?.OfType<TableReport>().Take(MostTables).Select(Of).ToList(),
        Checks = report.Checks?.OfType<CheckResult>().Take(MostChecks).Select(Of).ToList(),
    };

    private static RunError Of(RunError error) => new(
        Words.Cut(error.Code, 16),
        Enum.IsDefined(error.Exit) ? error.Exit : RunnerExit.Bug,
        Words.Plain(error.Message, LongText),
        error.Field is { Length: > 0 } field ? Words.Plain(field, ShortText) : null,
        error.Line,
        error.Column,
        error.Help is { } help ? Words.Plain(help, LongText) : null);

    private static TableReport Of(TableReport table) => table with { LagSeconds = Finite(table.LagSeconds) };

    private static CheckResult Of(CheckResult check) => check with
    {
        Name = Words.Cut(check.Name, 63),
        Kind = Words.Cut(check.Kind, Name),
        Outcome = Enum.IsDefined(check.Outcome) ? check.Outcome : CheckOutcome.Errored,
        Measured = Finite(check.Measured),
        Threshold = Words.Plain(check.Threshold, ShortText),
        Message = check.Message is { } message ? Words.Plain(message, LongText) : null,
    };

    private static double? Finite(double? number) => number is { } value && double.IsFinite(value) ? value : null;
}
