using System.Collections.Frozen;

namespace LakehouseOperator.Pipelines.Types;

/// <summary>
/// The type table for names without arguments: what each of DuckDB's names and aliases (<c>duckdb_types()</c> of 1.5.6) is stored as, or why
/// it is refused and what to write instead.
/// </summary>
internal static class SqlTypeNames
{
    private static readonly FrozenDictionary<string, ColumnType> Stored = Names<ColumnType>(
        (ColumnType.Boolean, "BOOLEAN BOOL LOGICAL"),
        (ColumnType.Byte, "TINYINT INT1"),
        (ColumnType.Short, "SMALLINT INT2 INT16 SHORT UTINYINT UINT8"),
        (ColumnType.Integer, "INTEGER INT INT4 INT32 SIGNED INTEGRAL USMALLINT UINT16"),
        (ColumnType.Long, "BIGINT INT8 INT64 LONG OID UINTEGER UINT32 HUGEINT INT128"),
        (new ColumnType.Decimal(20, 0), "UBIGINT UINT64"),
        (ColumnType.Float, "FLOAT FLOAT4 REAL"),
        (ColumnType.Double, "DOUBLE FLOAT8"),
        (ColumnType.String, "VARCHAR CHAR BPCHAR NVARCHAR TEXT STRING UUID GUID ENUM JSON"),
        (ColumnType.Binary, "BLOB BYTEA BINARY VARBINARY"),
        (ColumnType.Date, "DATE"),
        (ColumnType.Timestamp, "TIMESTAMPTZ"));

    private static readonly FrozenDictionary<string, TypeRefusal> Refused = Names(
        (new TypeRefusal("TIMESTAMP has no time zone", "say which zone it is in: AT TIME ZONE 'UTC'"), "TIMESTAMP DATETIME TIMESTAMP_US"),
        (new TypeRefusal("TIMESTAMP_S has no time zone", "say which zone it is in: CAST(... AS TIMESTAMP) AT TIME ZONE 'UTC'"), "TIMESTAMP_S"),
        (new TypeRefusal("TIMESTAMP_MS has no time zone", "say which zone it is in: CAST(... AS TIMESTAMP) AT TIME ZONE 'UTC'"), "TIMESTAMP_MS"),
        (new TypeRefusal("TIMESTAMP_NS holds nanoseconds and has no time zone", "tables hold microseconds: CAST(... AS TIMESTAMP) AT TIME ZONE 'UTC'"), "TIMESTAMP_NS"),
        (new TypeRefusal("TIME is not a type of Delta tables", "CAST(... AS VARCHAR), or the whole instant as TIMESTAMPTZ"), "TIME TIMETZ TIME_NS"),
        (new TypeRefusal("INTERVAL is not a type of Delta tables", "a number instead: epoch(...) for seconds"), "INTERVAL"),
        (new TypeRefusal("BIT is not a type of Delta tables", "CAST(... AS VARCHAR)"), "BIT BITSTRING"),
        (new TypeRefusal("UHUGEINT is wider than any type of Delta tables", "CAST(... AS DECIMAL(38,0)), or AS BIGINT where it fits"), "UHUGEINT UINT128"),
        (new TypeRefusal("BIGNUM is wider than any type of Delta tables", "CAST(... AS VARCHAR), or AS DECIMAL(38,0) where it fits"), "BIGNUM VARINT"),
        (new TypeRefusal("VARIANT is not written yet", "CAST(... AS VARCHAR), or as the struct that it is"), "VARIANT"),
        (new TypeRefusal("UNION is not a type of Delta tables", "one column per member: union_extract(..., 'member')"), "UNION"),
        (new TypeRefusal("GEOMETRY is not a type of Delta tables", "CAST(... AS VARCHAR), which gives its well-known text"), "GEOMETRY"),
        (new TypeRefusal("NULL has no type", "say which it would have: CAST(NULL AS VARCHAR)"), "NULL"),
        (new TypeRefusal("a type is not a value that tables hold", "CAST(... AS VARCHAR)"), "TYPE"));

    /// <param name="name">Upper case.</param>
    /// <param name="refusal">Set when the result is null.</param>
    public static ColumnType? Find(string name, out TypeRefusal? refusal)
    {
        refusal = null;
        if (Stored.TryGetValue(name, out var type))
            return type;
        if (name == "TIMESTAMP WITH TIME ZONE")
            return ColumnType.Timestamp;
        refusal = name == "TIME WITH TIME ZONE" ? Refused["TIME"] : Refused.GetValueOrDefault(name) ?? Unknown(name);
        return null;
    }

    public static TypeRefusal Unknown(string name) =>
        new($"\"{name}\" is not a type", "types are BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, FLOAT, DOUBLE, DECIMAL(p,s), VARCHAR, BLOB, DATE, TIMESTAMPTZ, T[], STRUCT(...), MAP(...)");

    private static FrozenDictionary<string, T> Names<T>(params ReadOnlySpan<(T Value, string Names)> rows)
    {
        var names = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var (value, spellings) in rows)
        {
            foreach (var spelling in spellings.Split(' '))
                names.Add(spelling, value);
        }

        return names.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
