namespace LakehouseOperator.Pipelines.Types;

/// <summary>
/// SQL that casts a value to the type it is stored as. DuckDB's own cast already fails on overflow; dates and instants are checked besides,
/// at any depth, because the Parquet writer takes infinities and years that no reader of Delta can name.
/// </summary>
public static class CheckedCast
{
    /// <param name="value">An SQL expression; it may be repeated.</param>
    /// <param name="type">As stored.</param>
    /// <param name="column">For the error's text.</param>
    public static string Expression(string value, ColumnType type, string column)
    {
        var cast = $"CAST({value} AS {type.Sql})";
        return !HoldsTime(type) ? cast
            : type.IsNested ? $"CAST({Check(cast, type, column, 0)} AS {type.Sql})"
            : Check(cast, type, column, 0);
    }

    private static bool HoldsTime(ColumnType type) => type switch
    {
        ColumnType.Primitive primitive => primitive.Kind is PrimitiveKind.Date or PrimitiveKind.Timestamp,
        ColumnType.Array array => HoldsTime(array.Element),
        ColumnType.Struct fields => fields.Fields.Any(static one => HoldsTime(one.Type)),
        ColumnType.Map map => HoldsTime(map.Key) || HoldsTime(map.Value),
        _ => false,
    };

    private static string Check(string value, ColumnType type, string column, int depth)
    {
        if (!HoldsTime(type))
            return value;
        var item = $"e{depth}";
        switch (type)
        {
            case ColumnType.Primitive { Kind: PrimitiveKind.Date }:
                return Bounded(value, "DATE '0001-01-01'", "DATE '9999-12-31'", column, "a date");
            case ColumnType.Primitive:
                return Bounded(value, "TIMESTAMPTZ '0001-01-01 00:00:00+00'", "TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'", column, "an instant");
            case ColumnType.Array array:
                return $"list_transform({value}, lambda {item}: {Check(item, array.Element, column, depth + 1)})";
            case ColumnType.Map map:
                var entry = $"struct_pack(key := {Check($"{item}.key", map.Key, column, depth + 1)}, value := {Check($"{item}.value", map.Value, column, depth + 1)})";
                return $"map_from_entries(list_transform(map_entries({value}), lambda {item}: {entry}))";
            case ColumnType.Struct fields:
                // Bound to a lambda's parameter, so that the value's text does not grow with every field.
                var packed = fields.Fields.Select(one => $"{SqlText.Name(one.Name)} := {Check($"{item}.{SqlText.Name(one.Name)}", one.Type, column, depth + 1)}");
                return $"list_transform([{value}], lambda {item}: CASE WHEN {item} IS NULL THEN NULL ELSE struct_pack({string.Join(", ", packed)}) END)[1]";
            default:
                return value;
        }
    }

    private static string Bounded(string value, string least, string greatest, string column, string what)
    {
        var message = SqlText.String($"column \"{column}\" holds {what} beyond the years 1 to 9999, or infinity; filter such rows out or set them to NULL");
        return $"CASE WHEN {value} BETWEEN {least} AND {greatest} OR {value} IS NULL THEN {value} ELSE error({message}) END";
    }
}
