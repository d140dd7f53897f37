using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Engine.Tables.Scanning;
using LakehouseOperator.Engine.Tables.Statistics;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Tests.Tables.Scanning;

/// <summary>Over files that the writer wrote with the statistics that it made of them.</summary>
public sealed class PruneTests : IDisposable
{
    private static readonly string[] Types = ["BIGINT", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMPTZ", "DECIMAL(12,3)", "BOOLEAN"];

    private static readonly (Comparison Comparison, string Sql)[] Comparisons =
    [
        (Comparison.Equal, "="), (Comparison.NotEqual, "<>"), (Comparison.Less, "<"), (Comparison.LessOrEqual, "<="),
        (Comparison.Greater, ">"), (Comparison.GreaterOrEqual, ">="), (Comparison.IsNull, "IS NULL"), (Comparison.IsNotNull, "IS NOT NULL"),
    ];

    private readonly Scratch scratch = new();
    private readonly Random random = new(5);

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void A_pruned_scan_finds_what_a_full_scan_finds()
    {
        var pruned = 0;
        for (var round = 0; round < 8; round++)
        {
            var schema = new TableSchema([.. Types.Select((type, i) => new TableColumn($"c{i}", Parse(type))), new TableColumn("p", Parse(Types[round % Types.Length] is "DOUBLE" ? "DATE" : Types[round % Types.Length]))], ["p"]);
            var (files, paths) = WriteFiles(schema);
            for (var i = 0; i < 60; i++)
            {
                var (predicate, sql) = NextPredicate(schema);
                var kept = Scan.Prune(schema, files, predicate);
                pruned += files.Count - kept.Count;
                Assert.Equal((sql, Count(schema, files, paths, sql)), (sql, Count(schema, kept, paths, sql)));
            }
        }

        Assert.True(pruned > 500, $"only {pruned} files were spared");
    }

    [Fact]
    public void Unknown_statistics_never_prune()
    {
        var schema = new TableSchema([new("a", ColumnType.Long), new("l", new ColumnType.Array(ColumnType.Long)), new("p", ColumnType.Date)], ["p"]);
        DataFile[] files = [File(null, "2024-01-01"), File("{}", "odd"), File("""{"numRecords":3,"minValues":{"a":"x"}}""", "2024-01-01")];
        foreach (var (comparison, _) in Comparisons)
        {
            Assert.Equal(3, Scan.Prune(schema, files, new([new("a", comparison, ColumnValue.OfNumber(5))])).Count);
            Assert.Equal(3, Scan.Prune(schema, files, new([new("l", comparison, ColumnValue.OfNumber(5))])).Count);
            Assert.Equal(3, Scan.Prune(schema, files, new([new("unknown", comparison, ColumnValue.OfNumber(5))])).Count);
            Assert.Contains(files[1], Scan.Prune(schema, files, new([new("p", comparison, ColumnValue.Parse("2030-01-01", ColumnType.Date))])).Where(_ => comparison != Comparison.IsNull).Append(files[1]));
        }

        Assert.Equal([files[1]], Scan.Prune(schema, files, new([new("p", Comparison.Equal, ColumnValue.Parse("2030-01-01", ColumnType.Date))])));
    }

    [Fact]
    public void A_maximum_says_nothing_of_NaN_which_is_greater_than_every_number()
    {
        var schema = new TableSchema([new("x", ColumnType.Double)], []);
        DataFile[] files = [File("""{"numRecords":3,"minValues":{"x":1.0},"maxValues":{"x":2.0},"nullCount":{"x":0}}""", null)];
        Assert.Single(Scan.Prune(schema, files, new([new("x", Comparison.Greater, ColumnValue.OfReal(5))])));
        Assert.Single(Scan.Prune(schema, files, new([new("x", Comparison.Equal, ColumnValue.OfReal(double.NaN))])));
        Assert.Empty(Scan.Prune(schema, files, new([new("x", Comparison.Equal, ColumnValue.OfReal(5))])));
        Assert.Empty(Scan.Prune(schema, files, new([new("x", Comparison.Less, ColumnValue.OfReal(1))])));
    }

    private static DataFile File(string? stats, string? p) =>
        new("f", 1, DateTimeOffset.UnixEpoch, new Dictionary<string, string?> { ["p"] = p }, stats, FileStatistics.Parse(stats).Rows);

    private static ColumnType Parse(string sql) => ColumnType.TryParseSql(sql, out var type, out _) ? type : throw new ArgumentException(sql);

    private (List<DataFile> Files, Dictionary<string, string> Paths) WriteFiles(TableSchema schema)
    {
        var files = new List<DataFile>();
        for (var part = 0; part < 6; part++)
        {
            var columns = string.Join(", ", schema.Columns.Select(column => $"CAST({Values(column)} AS {column.Type.Sql}) AS {column.Name}"));
            files.AddRange(scratch.Write($"SELECT {columns} FROM range({random.Next(1, 6)})", ["p"]).Select(file =>
                new DataFile(file.Path, file.Bytes, DateTimeOffset.UnixEpoch, file.PartitionValues, DeltaStatistics.Write(file, schema), file.Rows)));
        }

        return (files, files.ToDictionary(file => file.Path, file => file.Path));
    }

    /// <summary>An expression over the row's number that takes a few values near each other, so that files differ and predicates meet them.</summary>
    private string Values(TableColumn column) =>
        $"(list_value({string.Join(", ", Enumerable.Range(0, 3).Select(_ => random.Next(5) == 0 ? "NULL" : Quoted(column.Type)))}))[1 + range::INTEGER % 3]";

    private string Quoted(ColumnType type) => SqlText.String(Literal(type));

    private string Literal(ColumnType type) => type switch
    {
        ColumnType.Decimal => $"{random.Next(-3, 4)}.{random.Next(0, 3)}00",
        _ when type == ColumnType.Double => random.Next(8) switch { 0 => "nan", 1 => "inf", 2 => "-inf", 3 => "-0.0", _ => $"{random.Next(-3, 4)}.5" },
        _ when type == ColumnType.String => new string('x', random.Next(0, 3) * 20) + "\u007f~éa😀"[random.Next(0, 4)] + random.Next(0, 3),
        _ when type == ColumnType.Date => $"2024-01-0{random.Next(1, 8)}",
        _ when type == ColumnType.Timestamp => $"2024-01-01 00:00:0{random.Next(0, 2)}.00{random.Next(0, 2)}00{random.Next(0, 3)}+00",
        _ when type == ColumnType.Boolean => random.Next(2) == 0 ? "true" : "false",
        _ => $"{random.Next(-4, 5)}",
    };

    private (ScanPredicate Predicate, string Sql) NextPredicate(TableSchema schema)
    {
        var terms = new List<ScanTerm>();
        var texts = new List<string>();
        for (var n = random.Next(1, 3); n > 0; n--)
        {
            var column = schema.Columns[random.Next(schema.Columns.Count)];
            var (comparison, sql) = Comparisons[random.Next(Comparisons.Length)];
            var literal = Literal(column.Type);
            var unary = comparison is Comparison.IsNull or Comparison.IsNotNull;
            var value = literal switch { "nan" => ColumnValue.OfReal(double.NaN), "inf" => ColumnValue.OfReal(double.PositiveInfinity), "-inf" => ColumnValue.OfReal(double.NegativeInfinity), _ => ColumnValue.Parse(literal, column.Type) };
            terms.Add(new ScanTerm(column.Name, comparison, unary ? null : Assert.NotNull(value)));
            texts.Add(unary ? $"{column.Name} {sql}" : $"{column.Name} {sql} CAST({SqlText.String(literal)} AS {column.Type.Sql})");
        }

        return (new ScanPredicate(terms), string.Join(" AND ", texts));
    }

    private long Count(TableSchema schema, IReadOnlyList<DataFile> files, Dictionary<string, string> paths, string where)
    {
        var table = new SqlTable(
            "l.t",
            [.. schema.Columns.Select(column => new SqlColumn(column.Name, column.Type.Sql))],
            schema.PartitionColumns,
            [.. files.Select(file => new SqlInputFile(paths[file.Path], file.Rows ?? -1, file.PartitionValues))]);
        return scratch.Connection.ExecuteScalarLong($"SELECT count(*) FROM ({TableScan.Sql(table)}) WHERE {where}");
    }
}
