using LakehouseOperator.DuckDb.Native;

namespace LakehouseOperator.DuckDb.Tests;

public sealed class LifetimeTests
{
    [Fact]
    public void Owners_may_be_disposed_before_what_they_own()
    {
        var database = DuckDbDatabase.Open();
        var connection = database.Connect();
        var statement = connection.Prepare("SELECT * FROM range(5000)");
        var stream = statement.Stream();
        var result = connection.Prepare("SELECT 'a text of more than twelve bytes'").Query();
        database.Dispose();
        connection.Dispose();
        statement.Dispose();
        Assert.Equal("a text of more than twelve bytes", result.ReadScalar());
        result.Dispose();
        result.Dispose();
        stream.Dispose();
        Assert.Throws<ObjectDisposedException>(() => connection.Query("SELECT 1"));
        Assert.Throws<ObjectDisposedException>(() => result.NextChunk());
    }

    [Fact]
    public void Handles_that_nobody_disposes_are_released_by_the_collector()
    {
        for (var round = 0; round < 20; round++)
        {
            Abandon();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        Assert.Equal(1L, connection.ExecuteScalarLong("SELECT 1"));

        static void Abandon()
        {
            var database = DuckDbDatabase.Open();
            var connection = database.Connect();
            connection.Register(new TableFunctions.Counting());
            connection.Prepare("SELECT 1").Start();
            connection.Query("SELECT n, text FROM counting(5000)").NextChunk();
            connection.Stream("SELECT * FROM range(1000000)").NextChunk();
        }
    }

    [Fact]
    public void Collections_while_rows_are_made_and_read_change_nothing()
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        connection.Register(new TableFunctions.Counting { BeforeRead = static () => GC.Collect(0) });
        using var result = connection.Query("SELECT n, text FROM counting(200000) ORDER BY n");
        var next = 0L;
        while (result.NextChunk() is { } chunk)
        {
            GC.Collect();
            var (numbers, texts) = (chunk.Column(0), chunk.Column(1));
            for (var row = 0; row < chunk.RowCount; row++, next++)
                Assert.Equal((next, next % 2 == 0 ? $"row {next}, beyond twelve bytes" : null), (numbers.GetInt64(row), texts.IsNull(row) ? null : texts.GetString(row)));
        }

        Assert.Equal(200_000, next);
    }

    [Fact]
    public void The_library_is_looked_for_beside_the_application_then_where_the_environment_says_then_above()
    {
        var candidates = LibDuckDb.Candidates("/repo/out/bin", "/elsewhere/lib.so").ToList();
        Assert.Equal(
            [
                "/repo/out/bin/libduckdb.so", "/repo/out/bin/runtimes/linux-x64/native/libduckdb.so", "/elsewhere/lib.so",
                "/repo/out/bin/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so",
                "/repo/out/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so",
                "/repo/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so",
                "/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so",
            ],
            candidates);
    }

    [Theory]
    [InlineData("v1.5.6", true)]
    [InlineData("v1.5.7", true)]
    [InlineData("v1.5.6-dev12", true)]
    [InlineData("v1.5.5", false)]
    [InlineData("v1.6.0", false)]
    [InlineData("v2.0.0", false)]
    [InlineData("nonsense", false)]
    public void Another_version_is_refused_with_the_fix(string version, bool accepted)
    {
        if (accepted)
            LibDuckDb.CheckVersion(version, "/lib");
        else
            Assert.Contains("npm ci", Assert.Throws<DuckDbLibraryException>(() => LibDuckDb.CheckVersion(version, "/lib")).Message, StringComparison.Ordinal);
    }
}
