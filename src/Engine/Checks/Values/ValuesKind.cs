using System.Globalization;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Checks.Values;

/// <summary>Every value that is not NULL is in the list, compared as the column's type.</summary>
internal sealed class ValuesKind : ICheckKind
{
    public string Name => "values";

    public bool Declares(CheckSpec check) => check.Values is not null;

    public Compiled Compile(CheckScope scope)
    {
        var check = scope.Check.Values!;
        var column = scope.Column(check.Column);
        var name = SqlText.Name(column.Name);
        var threshold = string.Create(CultureInfo.InvariantCulture, $"in {check.In.Count} {(check.In.Count == 1 ? "value" : "values")}");
        return new Compiled.Asked(
            [$"count({name}){scope.Filter()}", scope.Count(Strays(check, column))],
            values => Judge(CheckText.Integer(values[0]), CheckText.Integer(values[1])),
            threshold);

        Finding Judge(long present, long strays) => (present, strays) switch
        {
            (0, _) => new Finding(CheckOutcome.NoData, null, threshold, "no values"),
            (_, 0) => new Finding(CheckOutcome.Passed, 0, threshold),
            _ => new Finding(CheckOutcome.Failed, strays, threshold, $"\"{column.Name}\" has another value in {CheckText.Rows(strays)}"),
        };
    }

    /// <summary>True of a row with a value that is not in the list; never NULL.</summary>
    internal static string Strays(ValuesCheck check, SqlColumn column)
    {
        var name = SqlText.Name(column.Name);
        var type = CheckScope.TypeOf(column);
        return check.In.Count == 0
            ? $"{name} IS NOT NULL"
            : $"({name} IS NOT NULL AND {name} NOT IN ({string.Join(", ", check.In.Select(value => Literals.Of(value, type)))}))";
    }
}
