using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Operator.Reports;

/// <summary>
/// What a report says, within the bounds that a status has: what is decided from is then what is remembered. A status never holds more (<see cref="Pipelines.Statuses.StatusBounds"/>), so that a version which it holds only in part
/// would look new at every look, and a number that JSON has no word for would keep its run from ever ending.
/// </summary>
internal static class ReportBounds
{
    private const int MostChecks = 1000;
    private const int MostTables = 1000;
    private const int LongText = 4096;
    private const int ShortText = 1024;
    private const int Name = 64;
    private const int Hash = 128;
    private const int ResourceName = 253;

    public static RunReport Of(RunReport report) => report with
    {
        RunId = Words.Cut(report.RunId, Name),
        Result = Enum.IsDefined(report.Result) ? report.Result : RunResult.Failed,
        Error = report.Error is { } error ? Of(error) : null,
        Inputs = report.Inputs?.OfType<InputVersion>().Where(IsVersion).Take(MostTables).ToList(),
        Tables = report.Tables?.OfType<TableReport>().Where(table => IsTable(table.Table, table.TableId)).Take(MostTables).Select(Of).ToList(),
        Checks = report.Checks?.OfType<CheckResult>().Where(check => check is { Name: { Length: > 0 }, Kind: { Length: > 0 } }).Take(MostChecks).Select(Of).ToList(),
        Consumed = report.Consumed is { } consumed && IsWhole(consumed) ? consumed : null,
        Quarantines = report.Quarantines?.OfType<InputVersion>().Where(IsVersion).Take(MostTables).ToList(),
    };

    private static bool IsVersion(InputVersion version) => IsTable(version.Table, version.TableId);

    private static bool IsTable(string name, string id) => TableName.TryParse(name, out _) && id is { Length: > 0 and <= Name };

    /// <summary>What a version was made from counts as a whole or not at all: then it is made again.</summary>
    private static bool IsWhole(ConsumedInputs consumed) =>
        consumed.SqlHash is { Length: > 0 and <= Hash }
        && consumed.Inputs is { Count: <= MostTables } inputs && inputs.All(static input => input is not null && IsTable(input.Table, input.TableId))
        && consumed.Gates is { Count: <= MostTables } gates && gates.All(static gate => gate is { Key.Length: > 0 and <= ResourceName, Value.Length: > 0 and <= Hash });

    private static RunError Of(RunError error) => new(
        error.Code is { Length: > 0 } code ? Words.Cut(code, 16) : BugCodes.Unhandled.Id,
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
