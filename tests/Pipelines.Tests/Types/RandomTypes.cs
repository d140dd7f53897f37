using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Pipelines.Tests.Types;

/// <summary>Types of any shape, from a seed.</summary>
internal static class RandomTypes
{
    private static readonly ColumnType[] Scalars =
    [
        ColumnType.Boolean, ColumnType.Byte, ColumnType.Short, ColumnType.Integer, ColumnType.Long, ColumnType.Float,
        ColumnType.Double, ColumnType.String, ColumnType.Binary, ColumnType.Date, ColumnType.Timestamp,
    ];

    private static readonly string[] Names = ["a", "A b", "c\"d", "select", "naïve", "時間", "x.y", "it's", "_1", "End"];

    /// <param name="nulls">Whether nested values may be declared without NULL, which DuckDB's spelling cannot say.</param>
    public static ColumnType Next(Random random, int depth, bool nulls)
    {
        var nullable = !nulls || random.Next(2) == 0;
        return random.Next(depth == 0 ? 2 : 5) switch
        {
            0 => Scalars[random.Next(Scalars.Length)],
            1 => NextDecimal(random),
            2 => new ColumnType.Array(Next(random, depth - 1, nulls), nullable),
            3 => new ColumnType.Map(Next(random, depth - 1, nulls), Next(random, depth - 1, nulls), nullable),
            _ => new ColumnType.Struct([.. Names
                .Where(static name => ColumnNames.Refuse(name) is null)
                .OrderBy(_ => random.Next())
                .Take(random.Next(1, 4))
                .Select(name => new TableColumn(name, Next(random, depth - 1, nulls), !nulls || random.Next(2) == 0))]),
        };
    }

    private static ColumnType.Decimal NextDecimal(Random random)
    {
        var precision = random.Next(1, 39);
        return new ColumnType.Decimal(precision, random.Next(0, precision + 1));
    }
}
