using System.Globalization;
using LakehouseOperator.DuckDb.Types;
using LakehouseOperator.Engine.Ingest.Parsing.Values;

namespace LakehouseOperator.Engine.Ingest.Parsing.Columnar;

/// <summary>What a declared integer type takes, and how it is stored.</summary>
internal sealed record IntegerRange(Int128 Least, Int128 Most, DuckDbType Stored)
{
    /// <summary>Null for other types.</summary>
    public static IntegerRange? Of(DuckDbTypeId declared)
    {
        (Int128 Least, Int128 Most)? range = declared switch
        {
            DuckDbTypeId.TinyInt => (sbyte.MinValue, sbyte.MaxValue),
            DuckDbTypeId.SmallInt => (short.MinValue, short.MaxValue),
            DuckDbTypeId.Integer => (int.MinValue, int.MaxValue),
            DuckDbTypeId.BigInt or DuckDbTypeId.HugeInt => (long.MinValue, long.MaxValue),
            DuckDbTypeId.UTinyInt => (0, byte.MaxValue),
            DuckDbTypeId.USmallInt => (0, ushort.MaxValue),
            DuckDbTypeId.UInteger => (0, uint.MaxValue),
            DuckDbTypeId.UBigInt => (0, ulong.MaxValue),
            _ => null,
        };
        return range is { } bounds ? new IntegerRange(bounds.Least, bounds.Most, ValueParsers.Stored(new DuckDbType(declared))) : null;
    }

    /// <param name="whole">An expression of HUGEINT.</param>
    public string Excludes(string whole) =>
        string.Create(CultureInfo.InvariantCulture, $"{whole} NOT BETWEEN CAST('{Least}' AS HUGEINT) AND CAST('{Most}' AS HUGEINT)");

    public string Store(string whole) => $"TRY_CAST({whole} AS {Stored})";
}
