using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LakehouseOperator.Pipelines.Types;

/// <summary>
/// A type that a table can hold: one row of the type table that ingestion, SQL outputs, statistics and the reader share. Parsed from DuckDB's
/// or Delta's spelling, printed as either. Equality is by value, nested nullability included.
/// </summary>
public abstract partial record ColumnType
{
    private ColumnType()
    {
    }

    /// <summary>DuckDB's spelling of the type as stored, such as <c>DECIMAL(12,2)</c>.</summary>
    public abstract string Sql { get; }

    /// <summary>True for arrays, structs and maps.</summary>
    public virtual bool IsNested => false;

    /// <summary>Whether a table can be partitioned by it: a scalar whose serialised value says exactly which value it was.</summary>
    public bool CanPartition => !IsNested && this is not Primitive { Kind: PrimitiveKind.Float or PrimitiveKind.Double or PrimitiveKind.Binary };

    /// <inheritdoc/>
    public sealed override string ToString() => Sql;

    public static Primitive Boolean { get; } = new(PrimitiveKind.Boolean);

    public static Primitive Byte { get; } = new(PrimitiveKind.Byte);

    public static Primitive Short { get; } = new(PrimitiveKind.Short);

    public static Primitive Integer { get; } = new(PrimitiveKind.Integer);

    public static Primitive Long { get; } = new(PrimitiveKind.Long);

    public static Primitive Float { get; } = new(PrimitiveKind.Float);

    public static Primitive Double { get; } = new(PrimitiveKind.Double);

    public static Primitive String { get; } = new(PrimitiveKind.String);

    public static Primitive Binary { get; } = new(PrimitiveKind.Binary);

    public static Primitive Date { get; } = new(PrimitiveKind.Date);

    public static Primitive Timestamp { get; } = new(PrimitiveKind.Timestamp);

    public sealed record Primitive(PrimitiveKind Kind) : ColumnType
    {
        public override string Sql => Kind switch
        {
            PrimitiveKind.Boolean => "BOOLEAN",
            PrimitiveKind.Byte => "TINYINT",
            PrimitiveKind.Short => "SMALLINT",
            PrimitiveKind.Integer => "INTEGER",
            PrimitiveKind.Long => "BIGINT",
            PrimitiveKind.Float => "FLOAT",
            PrimitiveKind.Double => "DOUBLE",
            PrimitiveKind.String => "VARCHAR",
            PrimitiveKind.Binary => "BLOB",
            PrimitiveKind.Date => "DATE",
            PrimitiveKind.Timestamp => "TIMESTAMP WITH TIME ZONE",
            _ => throw new InvalidOperationException($"{Kind} has no spelling"),
        };
    }

    /// <param name="Precision">Digits in all, 1 to 38.</param>
    /// <param name="Scale">Digits after the point, 0 to <paramref name="Precision"/>.</param>
    public sealed record Decimal(int Precision, int Scale) : ColumnType
    {
        public override string Sql => string.Create(CultureInfo.InvariantCulture, $"DECIMAL({Precision},{Scale})");
    }

    public sealed record Array(ColumnType Element, bool ContainsNull = true) : ColumnType
    {
        public override string Sql => Element.Sql + "[]";

        public override bool IsNested => true;
    }

    public sealed record Struct(IReadOnlyList<TableColumn> Fields) : ColumnType
    {
        public override string Sql => $"STRUCT({string.Join(", ", Fields.Select(static one => $"{SqlText.Name(one.Name)} {one.Type.Sql}"))})";

        public override bool IsNested => true;

        public bool Equals(Struct? other) => other is not null && Fields.SequenceEqual(other.Fields);

        public override int GetHashCode() => Fields.Aggregate(17, static (hash, field) => HashCode.Combine(hash, field));
    }

    public sealed record Map(ColumnType Key, ColumnType Value, bool ValueContainsNull = true) : ColumnType
    {
        public override string Sql => $"MAP({Key.Sql}, {Value.Sql})";

        public override bool IsNested => true;
    }

    /// <summary>True when DuckDB's type is stored as it is or by a checked, lossless cast (HUGEINT as BIGINT, UUID as VARCHAR, …).</summary>
    /// <param name="sql">A type as DuckDB's <c>DESCRIBE</c> or a spec's author writes it.</param>
    /// <param name="type">The type as stored.</param>
    /// <param name="refusal">Why not, and the fix.</param>
    public static bool TryParseSql(string sql, [NotNullWhen(true)] out ColumnType? type, [NotNullWhen(false)] out TypeRefusal? refusal)
    {
        type = new SqlTypeParser(sql).Parse(out refusal);
        return type is not null;
    }
}

/// <summary>Delta's primitive types (protocol, "Primitive Types") but decimal, in the order of the type table.</summary>
public enum PrimitiveKind
{
    Boolean,
    Byte,
    Short,
    Integer,
    Long,
    Float,
    Double,
    String,
    Binary,
    Date,

    /// <summary>An instant, microseconds since 1970 UTC.</summary>
    Timestamp,
}

/// <param name="Message">Such as <c>TIMESTAMP has no time zone</c>.</param>
/// <param name="Help">Such as <c>AT TIME ZONE 'UTC'</c>.</param>
public sealed record TypeRefusal(string Message, string Help);
