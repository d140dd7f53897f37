using System.Globalization;

namespace LakehouseOperator.DuckDb.Types;

public sealed record DuckDbField(string Name, DuckDbType Type);

/// <summary>A DuckDB type as a value: its id, and what belongs to that id.</summary>
/// <param name="Width">Of DECIMAL: digits, 1 to 38. Of ARRAY: its length.</param>
/// <param name="Scale">Of DECIMAL: digits after the point.</param>
/// <param name="Fields">Of STRUCT and UNION: the members. Of LIST and ARRAY: one, the element. Of MAP: the key and the value.</param>
/// <param name="EnumValues">Of ENUM, in the dictionary's order.</param>
/// <param name="Alias">A name given to the type, such as <c>JSON</c> to VARCHAR.</param>
public sealed record DuckDbType(
    DuckDbTypeId Id,
    int Width = 0,
    int Scale = 0,
    IReadOnlyList<DuckDbField>? Fields = null,
    IReadOnlyList<string>? EnumValues = null,
    string? Alias = null)
{
    public static DuckDbType Boolean { get; } = new(DuckDbTypeId.Boolean);

    public static DuckDbType TinyInt { get; } = new(DuckDbTypeId.TinyInt);

    public static DuckDbType SmallInt { get; } = new(DuckDbTypeId.SmallInt);

    public static DuckDbType Integer { get; } = new(DuckDbTypeId.Integer);

    public static DuckDbType BigInt { get; } = new(DuckDbTypeId.BigInt);

    public static DuckDbType HugeInt { get; } = new(DuckDbTypeId.HugeInt);

    public static DuckDbType Float { get; } = new(DuckDbTypeId.Float);

    public static DuckDbType Double { get; } = new(DuckDbTypeId.Double);

    public static DuckDbType Varchar { get; } = new(DuckDbTypeId.Varchar);

    public static DuckDbType Json { get; } = new(DuckDbTypeId.Varchar, Alias: "JSON");

    public static DuckDbType Blob { get; } = new(DuckDbTypeId.Blob);

    public static DuckDbType Date { get; } = new(DuckDbTypeId.Date);

    public static DuckDbType TimestampTz { get; } = new(DuckDbTypeId.TimestampTz);

    public static DuckDbType Uuid { get; } = new(DuckDbTypeId.Uuid);

    public static DuckDbType Decimal(int width, int scale) => new(DuckDbTypeId.Decimal, width, scale);

    public static DuckDbType List(DuckDbType element) => new(DuckDbTypeId.List, Fields: [new DuckDbField("element", element)]);

    public static DuckDbType Map(DuckDbType key, DuckDbType value) =>
        new(DuckDbTypeId.Map, Fields: [new DuckDbField("key", key), new DuckDbField("value", value)]);

    public static DuckDbType Struct(params IReadOnlyList<DuckDbField> fields) => new(DuckDbTypeId.Struct, Fields: fields);

    public static DuckDbType Enum(params IReadOnlyList<string> values) => new(DuckDbTypeId.Enum, EnumValues: values);

    /// <summary>The type as SQL writes it, such as <c>STRUCT("a" INTEGER, "b" DECIMAL(12,2)[])</c>; what a cast takes.</summary>
    public override string ToString() => Alias ?? Id switch
    {
        DuckDbTypeId.Decimal => string.Create(CultureInfo.InvariantCulture, $"DECIMAL({Width},{Scale})"),
        DuckDbTypeId.List => $"{Fields![0].Type}[]",
        DuckDbTypeId.Array => string.Create(CultureInfo.InvariantCulture, $"{Fields![0].Type}[{Width}]"),
        DuckDbTypeId.Map => $"MAP({Fields![0].Type}, {Fields[1].Type})",
        DuckDbTypeId.Struct => $"STRUCT({string.Join(", ", Fields!.Select(static field => $"{QuoteName(field.Name)} {field.Type}"))})",
        DuckDbTypeId.Union => $"UNION({string.Join(", ", Fields!.Select(static field => $"{QuoteName(field.Name)} {field.Type}"))})",
        DuckDbTypeId.Enum => $"ENUM({string.Join(", ", EnumValues!.Select(static value => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'"))})",
        DuckDbTypeId.TimestampTz => "TIMESTAMP WITH TIME ZONE",
        DuckDbTypeId.TimeTz => "TIME WITH TIME ZONE",
        DuckDbTypeId.TimestampS => "TIMESTAMP_S",
        DuckDbTypeId.TimestampMs => "TIMESTAMP_MS",
        DuckDbTypeId.TimestampNs => "TIMESTAMP_NS",
        DuckDbTypeId.TimeNs => "TIME_NS",
        DuckDbTypeId.SqlNull => "\"NULL\"",
        _ => Id.ToString().ToUpperInvariant(),
    };

    private static string QuoteName(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
