using LakehouseOperator.DuckDb;
using LakehouseOperator.DuckDb.Types;
using LakehouseOperator.Engine.Ingest.Parsing.Paths;
using LakehouseOperator.Engine.Ingest.Parsing.Quarantine;
using LakehouseOperator.Engine.Ingest.Parsing.Values;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Ingest.Parsing.Columnar;

/// <summary>
/// A <see cref="RecordContract"/> over a relation that has columns already, as SQL: the twin of <see cref="RecordParse"/>, with the same codes. Pure.
/// <paramref name="RowsSql"/> and <paramref name="QuarantineSql"/> are SELECTs that together give every row of the relation once; each reads it once.
/// </summary>
/// <param name="RowsSql">The contract's columns as stored, then <c>_source_position</c>.</param>
/// <param name="QuarantineSql"><see cref="QuarantineColumns"/>. With <c>invalidValues: Stop</c> the caller stops when this has a row whose code is not
/// <see cref="RecordCodes.UnknownField"/>.</param>
public sealed record ColumnarContract(string RowsSql, string QuarantineSql)
{
    /// <param name="relation">What stands behind FROM, such as a table function's call.</param>
    /// <param name="source">Its columns that are the record's, as DuckDB describes them; those of the source's own making (a file's name, a row's number) are not among them.</param>
    /// <param name="positionSql">An expression over the relation: the record's position, as VARCHAR.</param>
    /// <param name="payloadSql">An expression over the relation: the record as VARCHAR. Null: a JSON object of its columns.</param>
    /// <exception cref="DiagnosticException"><see cref="RecordCodes.ColumnTypeInvalid"/>: texts do not make a declared type.</exception>
    public static ColumnarContract Build(
        RecordContract contract, string relation, IReadOnlyList<DuckDbColumn> source, string positionSql, string? payloadSql = null)
    {
        var casts = contract.Columns.Select(column => Cast(contract, column, source)).ToList();
        var unknown = contract.UnknownFields == UnknownFields.Quarantine ? FindUnknown(contract, source) : [];
        var values = casts.Select(static (cast, i) => $"{cast.Value} AS value_{i}");
        var faults = casts.Select(static (cast, i) => $"{cast.Fault} AS fault_{i}");
        var unknowns = unknown.Select((column, i) =>
            $"CASE WHEN {SqlText.Name(column)} IS NOT NULL THEN {SqlText.String(RecordCodes.UnknownField.Id)} END AS unknown_{i}");
        var checks = Enumerable.Range(0, casts.Count).Select(static i => $"fault_{i}").Concat(Enumerable.Range(0, unknown.Count).Select(static i => $"unknown_{i}")).ToList();
        var anyFault = $"coalesce({string.Join(", ", checks)})";

        var names = contract.Columns.Select(static (column, i) => $"value_{i} AS {SqlText.Name(column.Name)}");
        var rows = $"SELECT {string.Join(", ", names)}, {QuarantineColumns.Position} FROM (SELECT {string.Join(", ", values.Concat(faults).Concat(unknowns))}, "
            + $"{positionSql} AS {QuarantineColumns.Position} FROM {relation}) WHERE {anyFault} IS NULL";

        var fields = contract.Columns.Select(static (column, i) => (Check: $"fault_{i}", column.Name, Type: $" {column.Declared}"))
            .Concat(unknown.Select(static (column, i) => (Check: $"unknown_{i}", Name: column, Type: "")));
        var details = string.Concat(fields.Select(static field =>
            $" WHEN {field.Check} IS NOT NULL THEN {{'field': {SqlText.String(field.Name)}, 'about': {SqlText.String($": \"{field.Name}\"{field.Type}")}}}"));
        var quarantine =
            $"SELECT payload AS {QuarantineColumns.Payload}, CAST(NULL AS BLOB) AS {QuarantineColumns.PayloadBytes}, {QuarantineColumns.Position}, "
            + $"code AS {QuarantineColumns.ErrorCode}, detail.field AS {QuarantineColumns.Field}, {TitleSql()} || detail.about AS {QuarantineColumns.Message} "
            + $"FROM (SELECT payload, {QuarantineColumns.Position}, {anyFault} AS code, CASE{details} END AS detail "
            + $"FROM (SELECT {string.Join(", ", faults.Concat(unknowns))}, {payloadSql ?? PayloadSql(source)} AS payload, {positionSql} AS {QuarantineColumns.Position} "
            + $"FROM {relation}) WHERE {anyFault} IS NOT NULL)";
        return new ColumnarContract(rows, quarantine);
    }

    private static CastSql Cast(RecordContract contract, RecordColumn column, IReadOnlyList<DuckDbColumn> source)
    {
        var stored = column.Stored.ToString();
        var cast = Find(column.Path, source) is { } found
            ? Cast(column, found.Type, found.Sql)
            : new CastSql($"CAST(NULL AS {stored})", CastSql.NoFault);
        if (column.Required)
            return cast with { Fault = $"coalesce({cast.Fault}, CASE WHEN {cast.Value} IS NULL THEN {SqlText.String(RecordCodes.MissingValue.Id)} END)" };
        return contract.InvalidValues == InvalidValues.Null && cast.Fault != CastSql.NoFault
            ? new CastSql($"CASE WHEN {cast.Fault} IS NULL THEN {cast.Value} END", CastSql.NoFault)
            : cast;
    }

    private static CastSql Cast(RecordColumn column, DuckDbType source, string expression)
    {
        if (source.Id != DuckDbTypeId.Varchar)
            return TypedCasts.Cast(column.Declared, source, expression);
        return TextCasts.Cast(column.Declared, expression) ?? throw new DiagnosticException(
            RecordCodes.ColumnTypeInvalid,
            $"column \"{column.Name}\" {column.Declared}: the source has texts, which do not make this type",
            "declare it as JSON and cast it in a Transformation");
    }

    /// <summary>The path through a source's columns and the structs and lists within; null where it leads nowhere.</summary>
    private static (string Sql, DuckDbType Type)? Find(JsonPath path, IReadOnlyList<DuckDbColumn> source)
    {
        if (source.FirstOrDefault(column => column.Name == path.Steps[0].Name) is not { } first)
            return null;
        var (sql, type) = (SqlText.Name(first.Name), first.Type);
        foreach (var step in path.Steps.Skip(1))
        {
            if (step.Name is null && type.Id is DuckDbTypeId.List)
                (sql, type) = ($"{sql}[{step.Index + 1}]", type.Fields![0].Type);
            else if (step.Name is not null && type.Id == DuckDbTypeId.Struct && type.Fields!.FirstOrDefault(field => field.Name == step.Name) is { } field)
                (sql, type) = ($"struct_extract({sql}, {SqlText.String(field.Name)})", field.Type);
            else
                return null;
        }

        return (sql, type);
    }

    private static List<string> FindUnknown(RecordContract contract, IReadOnlyList<DuckDbColumn> source)
    {
        var known = contract.Columns.Select(static column => column.Path.Steps[0].Name!).ToHashSet(StringComparer.Ordinal);
        return [.. source.Select(static column => column.Name).Where(name => !known.Contains(name))];
    }

    private static string PayloadSql(IReadOnlyList<DuckDbColumn> source) => source.Count == 0
        ? "'{}'"
        : $"CAST(to_json({{{string.Join(", ", source.Select(static column => $"{SqlText.String(column.Name)}: {SqlText.Name(column.Name)}"))}}}) AS VARCHAR)";

    private static string TitleSql()
    {
        ReadOnlySpan<ErrorCode> codes =
        [
            RecordCodes.WrongType, RecordCodes.Unreadable, RecordCodes.OutOfRange, RecordCodes.Inexact, RecordCodes.MissingValue, RecordCodes.UnknownField,
        ];
        var cases = new System.Text.StringBuilder("CASE code");
        foreach (var code in codes)
            cases.Append(" WHEN ").Append(SqlText.String(code.Id)).Append(" THEN ").Append(SqlText.String(code.Title));
        return cases.Append(" END").ToString();
    }
}
