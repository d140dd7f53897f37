using LakehouseOperator.DuckDb.Types;

namespace LakehouseOperator.Engine.Ingest.Parsing.Values;

/// <summary>
/// The coercion table: which JSON values each declared type takes, and what they are stored as (the type table's). NULL is JSON's null or a missing
/// value; everything that is not listed is <see cref="ValueFault.WrongType"/>. The SQL twin for columnar sources is
/// <see cref="Columnar.ColumnarContract"/>.
/// <code>
/// declared                   stored            JSON values
/// BOOLEAN                    BOOLEAN           true, false
/// TINYINT … BIGINT           itself            numbers without a fraction however written (1, 1.0, 1e3), within the declared range
/// UTINYINT … UINTEGER        next wider        likewise
/// UBIGINT                    DECIMAL(20,0)     likewise, to 2^64-1
/// HUGEINT                    BIGINT            likewise, within BIGINT
/// DECIMAL(p,s)               itself            numbers, and strings that hold one, exact: never rounded
/// FLOAT, DOUBLE              itself            numbers, rounded to the nearest; too large is OutOfRange, never an infinity
/// VARCHAR                    itself            strings
/// UUID                       VARCHAR           strings of 32 digits with or without hyphens; stored in lower case with hyphens
/// ENUM                       VARCHAR           strings out of its values
/// BLOB                       itself            strings of base64 with padding
/// DATE                       itself            strings yyyy-MM-dd, years 1 to 9999
/// TIMESTAMPTZ                itself            strings by RFC 3339 (see TimestampText); no offset is UTC; finer than a microsecond is cut off
/// JSON                       VARCHAR           any value, as its text
/// T[]                        itself            arrays
/// STRUCT                     itself            objects; missing fields are NULL, undeclared ones left out
/// MAP(VARCHAR or integer, T) itself            objects
/// </code>
/// </summary>
internal static class ValueParsers
{
    /// <summary>A parser for a declared type, with a state of its own.</summary>
    /// <exception cref="NotSupportedException">The type is not one of the table above.</exception>
    public static ValueParser Create(DuckDbType declared, TextBuffer buffer)
    {
        if (declared.Alias == DuckDbType.Json.Alias)
            return new RawJsonParser(buffer);
        return declared.Id switch
        {
            DuckDbTypeId.Boolean => new BooleanParser(),
            DuckDbTypeId.TinyInt => new IntegerParser(sbyte.MinValue, sbyte.MaxValue, sizeof(sbyte)),
            DuckDbTypeId.SmallInt => new IntegerParser(short.MinValue, short.MaxValue, sizeof(short)),
            DuckDbTypeId.Integer => new IntegerParser(int.MinValue, int.MaxValue, sizeof(int)),
            DuckDbTypeId.BigInt or DuckDbTypeId.HugeInt => new IntegerParser(long.MinValue, long.MaxValue, sizeof(long)),
            DuckDbTypeId.UTinyInt => new IntegerParser(0, byte.MaxValue, sizeof(short)),
            DuckDbTypeId.USmallInt => new IntegerParser(0, ushort.MaxValue, sizeof(int)),
            DuckDbTypeId.UInteger => new IntegerParser(0, uint.MaxValue, sizeof(long)),
            DuckDbTypeId.UBigInt => new IntegerParser(0, ulong.MaxValue, 16),
            DuckDbTypeId.Float => new FloatParser(isSingle: true),
            DuckDbTypeId.Double => new FloatParser(isSingle: false),
            DuckDbTypeId.Decimal => new DecimalParser(declared.Width, declared.Scale),
            DuckDbTypeId.Varchar => new StringParser(buffer),
            DuckDbTypeId.Uuid => new UuidParser(buffer),
            DuckDbTypeId.Enum => new EnumParser(buffer, declared.EnumValues!),
            DuckDbTypeId.Blob => new BlobParser(buffer),
            DuckDbTypeId.Date => new DateParser(buffer),
            DuckDbTypeId.TimestampTz => new TimestampParser(buffer),
            DuckDbTypeId.List => new ListParser(Create(declared.Fields![0].Type, buffer)),
            DuckDbTypeId.Struct => new StructParser(
                buffer,
                [.. declared.Fields!.Select(static field => field.Name)],
                [.. declared.Fields!.Select(field => Create(field.Type, buffer))]),
            DuckDbTypeId.Map => new MapParser(buffer, CreateKey(declared.Fields![0].Type, buffer), Create(declared.Fields[1].Type, buffer)),
            _ => throw new NotSupportedException($"records have no values of {declared}"),
        };
    }

    /// <summary>What a declared type is stored as: the type table, on DuckDB's types.</summary>
    public static DuckDbType Stored(DuckDbType declared) => declared.Id switch
    {
        DuckDbTypeId.UTinyInt => DuckDbType.SmallInt,
        DuckDbTypeId.USmallInt => DuckDbType.Integer,
        DuckDbTypeId.UInteger or DuckDbTypeId.HugeInt => DuckDbType.BigInt,
        DuckDbTypeId.UBigInt => DuckDbType.Decimal(20, 0),
        DuckDbTypeId.Uuid or DuckDbTypeId.Enum or DuckDbTypeId.Varchar => DuckDbType.Varchar,
        DuckDbTypeId.List or DuckDbTypeId.Struct or DuckDbTypeId.Map =>
            declared with { Fields = [.. declared.Fields!.Select(static field => field with { Type = Stored(field.Type) })] },
        _ => declared,
    };

    private static ValueParser CreateKey(DuckDbType declared, TextBuffer buffer) => Create(declared, buffer) switch
    {
        IntegerParser parser => parser,
        StringParser parser => parser,
        _ => throw new NotSupportedException($"keys of a MAP in JSON are VARCHAR or an integer type, not {declared}"),
    };
}
