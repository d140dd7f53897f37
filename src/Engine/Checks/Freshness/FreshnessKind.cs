using System.Globalization;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Checks.Freshness;

/// <summary>
/// The newest value is no older than the bound. Values that lie in the future say nothing of freshness (one wrong clock, or a sentinel of year
/// 9999, would make a table look fresh for good) and are left aside. A date counts as its first moment in UTC.
/// </summary>
internal sealed class FreshnessKind : ICheckKind
{
    public string Name => "freshness";

    public bool Declares(CheckSpec check) => check.Freshness is not null;

    public Compiled Compile(CheckScope scope)
    {
        var check = scope.Check.Freshness!;
        var column = scope.Column(check.Column);
        if (CheckScope.TypeOf(column) is not ColumnType.Primitive { Kind: PrimitiveKind.Date or PrimitiveKind.Timestamp } type)
        {
            throw new DiagnosticException(CheckCodes.TypeUnfit, $"freshness needs a DATE or TIMESTAMPTZ column; \"{column.Name}\" is {column.Type}",
                "name a column of one of these types");
        }

        var name = SqlText.Name(column.Name);
        var now = $"CAST('{scope.Now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}+00' AS {ColumnType.Timestamp.Sql})";
        var until = type.Kind == PrimitiveKind.Date ? $"CAST('{scope.Now.UtcDateTime:yyyy-MM-dd}' AS DATE)" : now;
        return new Compiled.Asked(
            [$"count({name}){scope.Filter()}", $"epoch_us(max({name}){scope.Filter($"{name} <= {until}")})"],
            values => Judge(CheckText.Integer(values[0]), values[1]),
            Threshold());

        Finding Judge(long present, string? newest)
        {
            if (present == 0)
                return new Finding(CheckOutcome.NoData, null, Threshold(), "no values");
            if (newest is null)
                return new Finding(CheckOutcome.Failed, null, Threshold(), $"every value of \"{column.Name}\" lies in the future");
            var age = scope.Now - DateTimeOffset.UnixEpoch.AddTicks(CheckText.Integer(newest) * TimeSpan.TicksPerMicrosecond);
            return age <= check.MaxAge.Value
                ? new Finding(CheckOutcome.Passed, age.TotalSeconds, Threshold())
                : new Finding(CheckOutcome.Failed, age.TotalSeconds, Threshold(), $"the newest value of \"{column.Name}\" is {Age(age)} old");
        }

        string Threshold() => $"max age {check.MaxAge}";
    }

    /// <summary>To the unit that matters, as a person would say it.</summary>
    private static string Age(TimeSpan age) => age switch
    {
        { TotalDays: >= 2 } => $"{CheckText.Number(Math.Round(age.TotalDays, 1))} days",
        { TotalHours: >= 2 } => $"{CheckText.Number(Math.Round(age.TotalHours, 1))} hours",
        { TotalMinutes: >= 2 } => $"{CheckText.Number(Math.Round(age.TotalMinutes, 1))} minutes",
        _ => $"{CheckText.Number(Math.Round(age.TotalSeconds, 1))} seconds",
    };
}
