using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Checks.Schema;

/// <summary>The named columns are there with their types, names compared letter by letter; others only where allowed. Never reads a row.</summary>
internal sealed class SchemaKind : ICheckKind
{
    public string Name => "schema";

    public bool Declares(CheckSpec check) => check.Schema is not null;

    public Compiled Compile(CheckScope scope)
    {
        var check = scope.Check.Schema!;
        var faults = check.Columns.Select(column => Fault(column, scope.Subject.Columns)).OfType<string>().ToList();
        if (!check.AllowExtra)
        {
            faults.AddRange(scope.Subject.Columns
                .Where(column => check.Columns.All(named => named.Name != column.Name))
                .Select(column => $"\"{column.Name}\" is not in the schema"));
        }

        var threshold = check.AllowExtra ? "columns and types" : "exactly these columns and types";
        return new Compiled.Known(faults.Count == 0
            ? new Finding(CheckOutcome.Passed, 0, threshold)
            : new Finding(CheckOutcome.Failed, faults.Count, threshold, string.Join("; ", faults.Take(5)) + (faults.Count > 5 ? $"; and {faults.Count - 5} more" : "")));
    }

    private static string? Fault(SchemaCheckColumn wanted, IReadOnlyList<SqlColumn> columns)
    {
        if (!ColumnType.TryParseSql(wanted.Type, out var type, out var refusal))
            throw new DiagnosticException(CheckCodes.TypeUnfit, $"\"{wanted.Name}\": {refusal.Message}", refusal.Help);
        if (columns.FirstOrDefault(column => column.Name == wanted.Name) is not { } found)
        {
            var nearest = Spelling.Nearest(wanted.Name, columns.Select(column => column.Name));
            return nearest is null ? $"no column \"{wanted.Name}\"" : $"no column \"{wanted.Name}\" (there is \"{nearest}\")";
        }

        return CheckScope.TypeOf(found) == type ? null : $"\"{found.Name}\" is {found.Type}, not {wanted.Type}";
    }
}
