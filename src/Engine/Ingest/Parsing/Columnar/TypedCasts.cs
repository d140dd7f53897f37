using LakehouseOperator.DuckDb.Types;
using LakehouseOperator.Engine.Ingest.Parsing.Values;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Ingest.Parsing.Columnar;

/// <summary>
/// Casts between types, such as a Parquet file's and a contract's. A value fits where JSON's would: numbers into number types that hold them exactly
/// (FLOAT and DOUBLE take any, nearest), timestamps of any unit into TIMESTAMPTZ (without a zone they are UTC), UUID and ENUM into VARCHAR, anything into
/// JSON, nested types into the same. Binary floating point into DECIMAL is refused, because what was meant cannot be known.
/// </summary>
internal static class TypedCasts
{
    /// <param name="x">An expression of the source type without side effects; it is repeated.</param>
    public static CastSql Cast(DuckDbType declared, DuckDbType source, string x)
    {
        var stored = ValueParsers.Stored(declared).ToString();
        if (declared.Alias == DuckDbType.Json.Alias)
            return new CastSql($"CAST(to_json({x}) AS VARCHAR)", CastSql.NoFault);
        if (IntegerRange.Of(declared.Id) is { } range)
            return Integer(range, source, x) ?? CastSql.WrongType(x, stored);
        return declared.Id switch
        {
            DuckDbTypeId.Boolean or DuckDbTypeId.Blob when source.Id == declared.Id => new CastSql(x, CastSql.NoFault),
            DuckDbTypeId.Varchar when source.Id is DuckDbTypeId.Uuid or DuckDbTypeId.Enum => new CastSql($"CAST({x} AS VARCHAR)", CastSql.NoFault),
            DuckDbTypeId.Uuid when source.Id == DuckDbTypeId.Uuid => new CastSql($"CAST({x} AS VARCHAR)", CastSql.NoFault),
            DuckDbTypeId.Enum when source.Id == DuckDbTypeId.Enum => TextCasts.Cast(declared, $"CAST({x} AS VARCHAR)")!,
            DuckDbTypeId.Float or DuckDbTypeId.Double when IsNumber(source) => Float(stored, x),
            DuckDbTypeId.Decimal when IsNumber(source) && !IsBinary(source) => Decimal(stored, x),
            DuckDbTypeId.Date when source.Id == DuckDbTypeId.Date => CastSql.Checked(
                x, ($"NOT isfinite({x}) OR year({x}) NOT BETWEEN 1 AND 9999", RecordCodes.OutOfRange)),
            DuckDbTypeId.TimestampTz when IsTimestamp(source) => Timestamp(source, x),
            DuckDbTypeId.List or DuckDbTypeId.Struct or DuckDbTypeId.Map when ValueParsers.Stored(source).ToString() == stored => new CastSql($"CAST({x} AS {stored})", CastSql.NoFault),
            _ => CastSql.WrongType(x, stored),
        };
    }

    /// <summary>True for a TIMESTAMPTZ that no table holds: an infinity, or a year outside 1 to 9999 in UTC.</summary>
    internal static string OutsideCalendar(string timestamp) =>
        $"NOT isfinite({timestamp}) OR {timestamp} NOT BETWEEN TIMESTAMPTZ '0001-01-01 00:00:00+00' AND TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'";

    private static CastSql? Integer(IntegerRange range, DuckDbType source, string x)
    {
        if (!IsNumber(source))
            return null;
        var whole = $"TRY_CAST({x} AS HUGEINT)";
        var outside = ($"{x} IS NOT NULL AND ({whole} IS NULL OR {range.Excludes(whole)})", RecordCodes.OutOfRange);
        return IntegerRange.Of(source.Id) is not null
            ? CastSql.Checked(range.Store(whole), outside)
            : CastSql.Checked(range.Store(whole), outside, ($"{x} <> trunc({x})", RecordCodes.Inexact));
    }

    private static CastSql Float(string stored, string x)
    {
        var value = $"TRY_CAST({x} AS {stored})";
        return CastSql.Checked(value, ($"{x} IS NOT NULL AND ({value} IS NULL OR NOT isfinite({value}))", RecordCodes.OutOfRange));
    }

    private static CastSql Decimal(string stored, string x)
    {
        var value = $"TRY_CAST({x} AS {stored})";
        return CastSql.Checked(
            value, ($"{x} IS NOT NULL AND {value} IS NULL", RecordCodes.OutOfRange), ($"{value} <> {x}", RecordCodes.Inexact));
    }

    private static CastSql Timestamp(DuckDbType source, string x)
    {
        var value = source.Id == DuckDbTypeId.TimestampTz ? x : $"(TRY_CAST({x} AS TIMESTAMP) AT TIME ZONE 'UTC')";
        return CastSql.Checked(
            value, ($"{x} IS NOT NULL AND {value} IS NULL", RecordCodes.OutOfRange), (OutsideCalendar(value), RecordCodes.OutOfRange));
    }

    private static bool IsNumber(DuckDbType type) => IntegerRange.Of(type.Id) is not null || IsBinary(type) || type.Id == DuckDbTypeId.Decimal;

    private static bool IsBinary(DuckDbType type) => type.Id is DuckDbTypeId.Float or DuckDbTypeId.Double;

    private static bool IsTimestamp(DuckDbType type) => type.Id
        is DuckDbTypeId.Timestamp or DuckDbTypeId.TimestampTz or DuckDbTypeId.TimestampS or DuckDbTypeId.TimestampMs or DuckDbTypeId.TimestampNs;
}
