using System.Security.Cryptography;
using System.Text;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Checks.Reference;

/// <summary>
/// Every key without a NULL exists in the other table. A mark join beside the one scan of the subject: the other table is read once
/// for each distinct key, the subject not again.
/// </summary>
internal sealed class ReferenceKind : ICheckKind
{
    private const string Threshold = "max 0 strangers";

    public string Name => "reference";

    public bool Declares(CheckSpec check) => check.Reference is not null;

    public string? RefersTo(CheckSpec check) => check.Reference?.To;

    public Compiled Compile(CheckScope scope)
    {
        var check = scope.Check.Reference!;
        var to = check.To == scope.Subject.Table ? scope.Subject : scope.References.GetValueOrDefault(check.To)
            ?? throw new DiagnosticException(CheckCodes.ReferenceMissing, $"{check.To} does not exist yet", "check again when it has been written");
        var columns = check.Columns.Select(scope.Column).ToList();
        var others = (check.ToColumns ?? check.Columns).Select(name => CheckScope.Column(to, name)).ToList();
        if (columns.Count == 0 || columns.Count != others.Count)
            throw new DiagnosticException(CheckCodes.ColumnUnknown, "columns and toColumns do not name as many columns", "name each key column on both sides, in the same order");
        foreach (var (column, other) in columns.Zip(others))
            Compare(column, other);

        var membership = Member(columns, to, others);
        var present = CheckText.AllPresent(columns.Select(column => column.Name));
        return new Compiled.Asked(
            [scope.Count(present), scope.Count($"{present} AND NOT {SqlText.Name(membership.Name)}")],
            values => Judge(CheckText.Integer(values[0]), CheckText.Integer(values[1]), check),
            Threshold) { Memberships = [membership] };
    }

    private static Membership Member(List<SqlColumn> columns, SqlTable to, List<SqlColumn> others)
    {
        var key = string.Join(", ", columns.Select(column => SqlText.Name(column.Name)));
        var sql = $"({key}) IN (SELECT {string.Join(", ", others.Select(other => SqlText.Name(other.Name)))} FROM {CheckQuery.From(to)} "
            + $"WHERE {CheckText.AllPresent(others.Select(other => other.Name))})";
        return new Membership("__lakehouse_in_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)))[..16], sql);
    }

    /// <summary>DuckDB would compare a number with a text by casting every text, and fail at the first that is none.</summary>
    private static void Compare(SqlColumn column, SqlColumn other)
    {
        if (Family(CheckScope.TypeOf(column)) != Family(CheckScope.TypeOf(other)))
        {
            throw new DiagnosticException(CheckCodes.TypeUnfit,
                $"\"{column.Name}\" ({column.Type}) cannot be compared with \"{other.Name}\" ({other.Type})", "give both the same type");
        }
    }

    private static string Family(ColumnType type) => type switch
    {
        ColumnType.Decimal => "number",
        ColumnType.Primitive { Kind: >= PrimitiveKind.Byte and <= PrimitiveKind.Double } => "number",
        ColumnType.Primitive { Kind: PrimitiveKind.Date or PrimitiveKind.Timestamp } => "time",
        _ => type.Sql,
    };

    private static Finding Judge(long rows, long strangers, ReferenceCheck check) => (rows, strangers) switch
    {
        (0, _) => new Finding(CheckOutcome.NoData, null, Threshold, "no rows with a whole key"),
        (_, 0) => new Finding(CheckOutcome.Passed, 0, Threshold),
        _ => new Finding(CheckOutcome.Failed, strangers, Threshold, $"{CheckText.Rows(strangers)} with a key that {check.To} does not have"),
    };
}
