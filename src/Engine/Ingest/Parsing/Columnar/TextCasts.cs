using System.Globalization;
using LakehouseOperator.DuckDb.Types;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Ingest.Parsing.Columnar;

/// <summary>
/// Casts of texts, such as CSV's fields: the same texts are taken, with the same faults, as those of JSON strings and numbers, except that integers and
/// DECIMAL have no exponent here, and that BOOLEAN is <c>true</c>, <c>false</c>, <c>t</c>, <c>f</c>, <c>1</c> or <c>0</c> in any case. Faults are told by patterns
/// before a cast is tried: DuckDB's own casts round, trim and take more than a contract says.
/// </summary>
internal static class TextCasts
{
    private const string Number = "[+-]?[0-9]+([.][0-9]+)?";
    private const string FarDate = "([+-]?[0-9]{5,}|-[0-9]{4})-[0-9]{2}-[0-9]{2}.*|(?i)[+-]?inf(inity)?";
    private const string Day = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])";
    private const string Clock = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]";
    private const string Offset = "[Zz]|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?";

    /// <param name="x">An expression of VARCHAR without side effects; it is repeated.</param>
    /// <returns>Null where texts do not make the type.</returns>
    public static CastSql? Cast(DuckDbType declared, string x)
    {
        if (declared.Alias == DuckDbType.Json.Alias)
            return CastSql.Checked(x, ($"NOT json_valid({x})", RecordCodes.Unreadable));
        return declared.Id switch
        {
            DuckDbTypeId.Varchar => new CastSql(x, CastSql.NoFault),
            DuckDbTypeId.Boolean => CastSql.Checked($"lower({x}) IN ('true', 't', '1')", (Mismatch(x, "(?i)true|false|t|f|1|0"), RecordCodes.Unreadable)),
            DuckDbTypeId.Float or DuckDbTypeId.Double => Float(declared, x),
            DuckDbTypeId.Decimal => Decimal(declared, x),
            DuckDbTypeId.Date => Date(x),
            DuckDbTypeId.TimestampTz => Timestamp(x),
            DuckDbTypeId.Uuid => CastSql.Checked(
                $"CAST(TRY_CAST({x} AS UUID) AS VARCHAR)",
                (Mismatch(x, "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32}"), RecordCodes.Unreadable)),
            DuckDbTypeId.Enum => CastSql.Checked(
                x, ($"{x} NOT IN ({string.Join(", ", declared.EnumValues!.Select(SqlText.String))})", RecordCodes.OutOfRange)),
            DuckDbTypeId.Blob => CastSql.Checked(
                $"TRY(from_base64({x}))",
                (Mismatch(x, "([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"), RecordCodes.Unreadable),
                ($"TRY(from_base64({x})) IS NULL AND {x} IS NOT NULL", RecordCodes.Unreadable)),
            _ when IntegerRange.Of(declared.Id) is { } range => Integer(range, x),
            _ => null,
        };
    }

    private static CastSql Integer(IntegerRange range, string x)
    {
        var whole = $"TRY_CAST(ltrim(split_part({x}, '.', 1), '+') AS HUGEINT)";
        return CastSql.Checked(
            range.Store(whole),
            (Mismatch(x, Number), RecordCodes.Unreadable),
            ($"{x} IS NOT NULL AND ({whole} IS NULL OR {range.Excludes(whole)})", RecordCodes.OutOfRange),
            (Mismatch(x, "[+-]?[0-9]+([.]0+)?"), RecordCodes.Inexact));
    }

    private static CastSql Decimal(DuckDbType declared, string x)
    {
        var value = $"TRY_CAST(ltrim({x}, '+') AS {declared})";
        return CastSql.Checked(
            value,
            (Mismatch(x, Number), RecordCodes.Unreadable),
            ($"{x} IS NOT NULL AND {value} IS NULL", RecordCodes.OutOfRange),
            (Mismatch(x, string.Create(CultureInfo.InvariantCulture, $"[+-]?[0-9]+([.][0-9]{{0,{declared.Scale}}}0*)?")), RecordCodes.Inexact));
    }

    private static CastSql Float(DuckDbType declared, string x)
    {
        var value = $"TRY_CAST(ltrim({x}, '+') AS {declared})";
        return CastSql.Checked(
            value,
            (Mismatch(x, Number + "([eE][+-]?[0-9]+)?"), RecordCodes.Unreadable),
            ($"{x} IS NOT NULL AND ({value} IS NULL OR NOT isfinite({value}))", RecordCodes.OutOfRange));
    }

    private static CastSql Date(string x)
    {
        var value = $"TRY_CAST({x} AS DATE)";
        return CastSql.Checked(
            value,
            ($"regexp_full_match({x}, '{FarDate}')", RecordCodes.OutOfRange),
            (Mismatch(x, Day), RecordCodes.Unreadable),
            ($"{x} LIKE '0000%'", RecordCodes.OutOfRange),
            ($"{x} IS NOT NULL AND {value} IS NULL", RecordCodes.Unreadable));
    }

    /// <summary>Put together from its parts, because DuckDB's cast takes other offsets and rounds.</summary>
    private static CastSql Timestamp(string x)
    {
        var tail = $"substr({x}, 20)";
        var clock = $"TRY_CAST(substr({x}, 1, 10) || ' ' || substr({x}, 12, 8) AS TIMESTAMP)";
        var micros = $"CAST(rpad(left(regexp_extract({tail}, '^[.]([0-9]+)', 1), 6), 6, '0') AS BIGINT)";
        var offset = $"regexp_extract({tail}, '([+-])([0-9]{{2}}):?([0-9]{{2}})?$', ['sign', 'hour', 'minute'])";
        var minutes = $"(CASE ({offset}).sign WHEN '+' THEN -1 WHEN '-' THEN 1 ELSE 0 END"
            + $" * (60 * coalesce(TRY_CAST(({offset}).hour AS BIGINT), 0) + coalesce(TRY_CAST(({offset}).minute AS BIGINT), 0)))";
        var value = $"(({clock} + to_microseconds({micros}) + to_minutes({minutes})) AT TIME ZONE 'UTC')";
        return CastSql.Checked(
            $"CASE WHEN regexp_full_match({x}, '{Day}[Tt ]{Clock}([.][0-9]+)?({Offset})?') THEN {value} END",
            ($"regexp_full_match({x}, '{FarDate}')", RecordCodes.OutOfRange),
            (Mismatch(x, $"{Day}[Tt ]{Clock}([.][0-9]+)?({Offset})?"), RecordCodes.Unreadable),
            ($"{x} LIKE '0000%'", RecordCodes.OutOfRange),
            ($"{x} IS NOT NULL AND {clock} IS NULL", RecordCodes.Unreadable),
            (TypedCasts.OutsideCalendar(value), RecordCodes.OutOfRange));
    }

    private static string Mismatch(string x, string pattern) => $"NOT regexp_full_match({x}, '{pattern}')";
}
