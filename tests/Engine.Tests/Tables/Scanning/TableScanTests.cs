using System.Globalization;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.SqlWorker.Sandboxes;
using LakehouseOperator.Engine.Tables.Scanning;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Tests.Tables.Scanning;

public sealed class TableScanTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Files_of_other_times_are_read_through_the_tables_schema()
    {
        var files = Files([], "SELECT 1::SMALLINT AS \"A\", 'old' AS gone, {'x': 1} AS s", "SELECT 3.5::DOUBLE AS extra, 2::BIGINT AS a, 'new' AS added, {'y': 'z'} AS s", "SELECT 9 AS other");
        var table = new SqlTable("l.t", [new("a", "BIGINT"), new("added", "VARCHAR"), new("s", "STRUCT(x BIGINT, Y VARCHAR)"), new("never", "DECIMAL(9,2)[]")], [], files);
        Assert.Equal(
            ["{'a': 1, 'added': NULL, 's': {'x': 1, 'Y': NULL}, 'never': NULL}", "{'a': 2, 'added': new, 's': {'x': NULL, 'Y': z}, 'never': NULL}", "{'a': NULL, 'added': NULL, 's': NULL, 'never': NULL}"],
            Read(table));
        Assert.Equal(3L, scratch.Connection.ExecuteScalarLong($"SELECT count(*) FROM ({TableScan.Sql(table)})"));
    }

    [Fact]
    public void A_table_without_files_has_its_columns_and_no_rows()
    {
        using var result = scratch.Connection.Query(TableScan.Sql(new SqlTable("l.t", [new("a b", "DECIMAL(4,2)"), new("p", "DATE")], ["p"], [])));
        Assert.Equal([("a b", "DECIMAL(4,2)"), ("p", "DATE")], result.Columns.Select(column => (column.Name, column.Type.ToString())));
        Assert.Empty(result.ReadRows());
    }

    [Fact]
    public void Partition_values_come_from_the_log_and_never_from_a_path_or_a_file()
    {
        var folder = Directory.CreateDirectory(Path.Combine(scratch.Folder, "p=path")).FullName;
        scratch.Connection.Execute($"COPY (SELECT 1 AS x, 'file' AS p) TO '{folder}/f.parquet' (FORMAT parquet)");
        var table = new SqlTable("l.t", [new("x", "INTEGER"), new("p", "VARCHAR")], ["p"], [new($"{folder}/f.parquet", 1, new Dictionary<string, string?> { ["P"] = "log" })]);
        Assert.Equal(["{'x': 1, 'p': log}"], Read(table));
    }

    [Theory]
    [InlineData("VARCHAR", "'a b/c=d%20é', 'NULL', '__HIVE_DEFAULT_PARTITION__', '..', '''', '\"', '\\', '😀', chr(0) || 'x' || chr(0), chr(10), ' ', NULL")]
    [InlineData("BIGINT", "(-9223372036854775808), 9223372036854775807, 0, NULL")]
    [InlineData("BOOLEAN", "true, false, NULL")]
    [InlineData("DATE", "'0001-01-01', '1969-12-31', '9999-12-31', NULL")]
    [InlineData("TIMESTAMPTZ", "'0001-01-01 00:00:00+00', '1969-12-31 23:59:59.999999+00', '9999-12-31 23:59:59.999999+00', NULL")]
    [InlineData("DECIMAL(38,10)", "(-9999999999999999999999999999.9999999999), 0.5, NULL")]
    public void Every_partition_value_comes_back(string type, string values)
    {
        var query = $"SELECT p::VARCHAR AS same, p FROM (SELECT unnest([{values}])::{type} AS p)";
        var files = Files(["p"], query);
        var table = new SqlTable("l.t", [new("p", type), new("same", "VARCHAR")], ["p"], files);
        Assert.Equal(scratch.Rows($"SELECT p, same FROM ({query})"), Read(table));
        var many = Enumerable.Repeat(files, (TableScan.MaxBranches / files.Count) + 1).SelectMany(static part => part).ToList();
        Assert.Equal(
            scratch.Rows($"SELECT p, same, {many.Count / files.Count} AS n FROM ({query})"),
            scratch.Rows($"SELECT p, same, count(*) AS n FROM ({TableScan.Sql(table with { Files = many })}) GROUP BY ALL"));
    }

    [Fact]
    public void More_partitions_than_branches_are_joined_whatever_their_columns_are_called()
    {
        var files = Files(["file"], "SELECT range AS file_index, range * 2 AS file, range::VARCHAR AS filename, range AS c0 FROM range(1000)");
        var table = new SqlTable("l.t", [new("file_index", "BIGINT"), new("file", "BIGINT"), new("filename", "VARCHAR"), new("c0", "BIGINT")], ["file"], files);
        Assert.Contains("JOIN", TableScan.Sql(table), StringComparison.Ordinal);
        Assert.Equal(
            ["{'n': 1000, 'same': 1000, 'one': 1}"],
            scratch.Rows($"SELECT count(*) AS n, count(*) FILTER (file = 2 * file_index AND filename = c0::VARCHAR) AS same, count(*) FILTER (file = 998) AS one FROM ({TableScan.Sql(table)})"));
    }

    [Fact]
    public void Partitions_that_a_filter_excludes_are_not_opened()
    {
        var files = Files(["p"], "SELECT range AS x, range AS p FROM range(5)");
        foreach (var file in files.Where(file => file.PartitionValues["p"] != "3"))
            File.WriteAllText(file.Path, "not Parquet");
        var table = new SqlTable("l.t", [new("x", "BIGINT"), new("p", "BIGINT")], ["p"], files);
        Assert.Equal(["{'x': 3, 'p': 3}"], scratch.Rows($"SELECT * FROM ({TableScan.Sql(table)}) WHERE p = 3"));
        Assert.Throws<DuckDbException>(() => Read(table));
    }

    [Theory]
    [InlineData("TIMESTAMPTZ", "2024-01-01 10:00:00", "2024-01-01 10:00:00+00")]
    [InlineData("TIMESTAMPTZ", "2024-01-01 10:00:00.5", "2024-01-01 10:00:00.5+00")]
    [InlineData("TIMESTAMPTZ", "2024-01-01T10:00:00.123456Z", "2024-01-01 10:00:00.123456+00")]
    [InlineData("BLOB", "\u0000\u00ffA", "\\x00\\xFFA")]
    [InlineData("DOUBLE", "NaN", "nan")]
    [InlineData("DOUBLE", "", null)]
    [InlineData("INTEGER", "", null)]
    public void Values_that_others_serialised_are_read_as_the_protocol_says(string type, string serialised, string? value)
    {
        var path = Assert.Single(Files([], "SELECT 1 AS x")).Path;
        var table = new SqlTable("l.t", [new("x", "INTEGER"), new("p", type)], ["p"], [new(path, 1, new Dictionary<string, string?> { ["p"] = serialised })]);
        Assert.Equal([value is null ? "{'v': NULL}" : $"{{'v': {value}}}"], scratch.Rows($"SELECT p::VARCHAR AS v FROM ({TableScan.Sql(table)})").Select(row => row.Replace("'\\x", "\\x", StringComparison.Ordinal).Replace("A'}", "A}", StringComparison.Ordinal).Replace("'2024-01-01", "2024-01-01", StringComparison.Ordinal).Replace("+00'", "+00", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_path_is_a_path_and_no_pattern()
    {
        var path = Assert.Single(Files([], "SELECT 1 AS x")).Path;
        var odd = Path.Combine(Directory.CreateDirectory(Path.Combine(scratch.Folder, "a[b]?*'c")).FullName, "f[1].parquet");
        File.Copy(path, odd);
        File.Copy(path, odd.Replace("f[1]", "f1", StringComparison.Ordinal));
        Assert.Equal(["{'x': 1}"], Read(new SqlTable("l.t", [new("x", "INTEGER")], [], [new(odd, 1, new Dictionary<string, string?>())])));
    }

    [Fact]
    public void An_odd_path_is_read_in_the_sandbox_too()
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(scratch.Folder, "my[lake]*")).FullName, "f.parquet");
        File.Copy(Assert.Single(Files([], "SELECT 1 AS x")).Path, path);
        var table = new SqlTable("l.t", [new("x", "INTEGER")], [], [new(path, 1, new Dictionary<string, string?>())]);
        using var sandbox = Sandbox.Open();
        sandbox.Lock(new SqlLimits(TimeSpan.FromMinutes(1), 1L << 30, 1L << 30, 1), scratch.NewFolder(), null, [table], TableViews.OverFiles([table]));
        Assert.Equal(1, sandbox.Connection.ExecuteScalarLong("SELECT x FROM l.t"));
        Assert.Throws<DuckDbException>(() => sandbox.Connection.Query($"SELECT * FROM read_parquet('{scratch.Folder}/*/*.parquet')"));
    }

    private List<SqlInputFile> Files(string[] partitions, params string[] queries) =>
        [.. queries.SelectMany(query => scratch.Write(query, partitions)).Select(file => new SqlInputFile(file.Path, file.Rows, file.PartitionValues))];

    private IReadOnlyList<string> Read(SqlTable table) => scratch.Rows(TableScan.Sql(table));
}
