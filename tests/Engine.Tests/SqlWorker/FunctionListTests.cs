using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.SqlWorker.Judging;

namespace LakehouseOperator.Engine.Tests.SqlWorker;

public sealed class FunctionListTests
{
    [Fact]
    public void Every_function_of_this_DuckDB_is_reviewed_and_nothing_else_is_listed()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        using var result = connection.Query("SELECT DISTINCT function_type, function_name FROM duckdb_functions()");
        var real = result.ReadRows().Select(static row => $"{row[0]} {row[1]}").ToHashSet(StringComparer.Ordinal);
        using var stream = typeof(FunctionList).Assembly.GetManifestResourceStream("functions.txt")!;
        using var reader = new StreamReader(stream);
        var listed = FunctionList.Parse(reader);
        var families = listed.Where(static function => function.IsFamily).ToList();
        var names = listed.Where(static function => !function.IsFamily).Select(static function => $"{function.Kind} {function.Name}").ToList();

        Assert.Equal(names.Count, names.Distinct(StringComparer.Ordinal).Count());

        // The binder's own words are in no catalog.
        Assert.Equal(["binder unlist", "binder unnest"], names.Except(real, StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.Empty(real.Except(names, StringComparer.Ordinal).Where(function => !families.Exists(family =>
            function.StartsWith($"{family.Kind} {family.Name[..^1]}", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("read_csv")]
    [InlineData("read_text")]
    [InlineData("glob")]
    [InlineData("query")]
    [InlineData("duckdb_settings")]
    [InlineData("parquet_metadata")]
    [InlineData("seq_scan")]
    public void Nothing_that_reads_files_or_the_catalog_may_be_read_from(string name) =>
        Assert.Equal(FunctionVerdict.Refused, FunctionList.Default.InFrom(name.ToUpperInvariant()));

    [Theory]
    [InlineData("current_setting", (int)FunctionVerdict.Refused)]
    [InlineData("__internal_compress_string_ubigint", (int)FunctionVerdict.Refused)]
    [InlineData("error", (int)FunctionVerdict.Refused)]
    [InlineData("NOW", (int)FunctionVerdict.Varies)]
    [InlineData("Upper", (int)FunctionVerdict.Allowed)]
    [InlineData("icu_collate_de", (int)FunctionVerdict.Allowed)]
    [InlineData("**", (int)FunctionVerdict.Allowed)]
    [InlineData("no_such_function", (int)FunctionVerdict.Unknown)]
    public void Names_are_looked_up_without_case(string name, int verdict) => Assert.Equal((FunctionVerdict)verdict, FunctionList.Default.InExpression(name));
}
