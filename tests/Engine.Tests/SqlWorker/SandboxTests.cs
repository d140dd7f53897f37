using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.SqlWorker.Sandboxes;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Tests.SqlWorker;

/// <summary>The sandbox holds by itself: here SQL reaches its connection without having been judged.</summary>
public sealed class SandboxTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Sandbox sandbox = Sandbox.Open();
    private readonly string mine;
    private readonly string other;

    public SandboxTests()
    {
        Directory.CreateDirectory(folder["out"]);
        (mine, other) = (folder["mine.parquet"], folder["other.parquet"]);
        using (var database = DuckDbDatabase.Open())
        using (var connection = database.Connect())
            connection.Execute($"COPY (SELECT 1 AS id) TO '{mine}' (FORMAT parquet); COPY (SELECT 2 AS id) TO '{other}' (FORMAT parquet)");
        var table = WorkerFixture.Table("bronze.events", ("id", "INTEGER")) with
        {
            Files = [new SqlInputFile(mine, 1, new Dictionary<string, string?>(StringComparer.Ordinal))],
        };
        sandbox.Lock(WorkerFixture.Limits, folder["scratch"], folder["out"], [table], TableViews.OverFiles([table]));
    }

    public void Dispose()
    {
        sandbox.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Its_own_files_are_read_and_its_output_is_written()
    {
        Assert.Equal(1, sandbox.Connection.ExecuteScalarLong("SELECT id FROM bronze.events"));
        sandbox.Connection.Execute($"COPY (SELECT 1) TO '{folder["out"]}/x.parquet' (FORMAT parquet)");
        Assert.True(File.Exists(Path.Combine(folder["out"], "x.parquet")));
    }

    [Theory]
    [InlineData("SELECT * FROM read_parquet('{other}')")]
    [InlineData("SELECT * FROM '{other}'")]
    [InlineData("SELECT * FROM read_parquet('{folder}/*.parquet')")]
    [InlineData("SELECT * FROM read_parquet('{folder}/out/../other.parquet')")]
    [InlineData("SELECT * FROM read_blob('{folder}/scratch/../other.parquet')")]
    [InlineData("SELECT * FROM parquet_metadata('{other}')")]
    [InlineData("SELECT * FROM read_csv('/etc/passwd')")]
    [InlineData("SELECT * FROM '/etc/passwd'")]
    [InlineData("SELECT * FROM read_text('/etc/hostname')")]
    [InlineData("SELECT * FROM read_blob('/proc/self/environ')")]
    [InlineData("SELECT * FROM glob('/etc/*')")]
    [InlineData("SELECT * FROM query('SELECT * FROM read_csv(''/etc/passwd'')')")]
    [InlineData("COPY (SELECT 1) TO '{folder}/stolen.parquet'")]
    [InlineData("COPY (SELECT 1) TO '{folder}/out/../stolen.parquet'")]
    [InlineData("COPY (SELECT 1) TO '/dev/stdout'")]
    [InlineData("ATTACH '{folder}/x.db'")]
    [InlineData("ATTACH '{other}' (TYPE sqlite)")]
    [InlineData("EXPORT DATABASE '{folder}/exported'")]
    [InlineData("IMPORT DATABASE '/etc'")]
    [InlineData("INSTALL httpfs")]
    [InlineData("LOAD httpfs")]
    [InlineData("LOAD '{folder}/out/x.duckdb_extension'")]
    [InlineData("CREATE PERSISTENT SECRET (TYPE s3, KEY_ID 'a', SECRET 'b')")]
    [InlineData("SET enable_external_access = true")]
    [InlineData("SET lock_configuration = false")]
    [InlineData("RESET lock_configuration")]
    [InlineData("SET memory_limit = '1TB'")]
    [InlineData("SET threads = 64")]
    [InlineData("SET temp_directory = '/tmp'")]
    [InlineData("SET allowed_directories = ['/']")]
    [InlineData("SET allowed_paths = ['/etc/passwd']")]
    [InlineData("SET extension_directory = '/tmp'")]
    [InlineData("SET secret_directory = '/tmp'")]
    [InlineData("SET TimeZone = 'Europe/Berlin'")]
    [InlineData("PRAGMA enable_profiling = 'json'")]
    [InlineData("PRAGMA profiling_output = '{folder}/profile.json'")]
    [InlineData("SELECT getenv('HOME')")]
    public void Nothing_else_can_be_reached_or_changed(string sql)
    {
        var statement = sql.Replace("{other}", other, StringComparison.Ordinal).Replace("{folder}", folder.Path, StringComparison.Ordinal);
        Assert.Throws<DuckDbException>(() =>
        {
            using var result = sandbox.Connection.Query(statement);
            result.ReadRows();
        });
        Assert.Equal(["mine.parquet", "other.parquet", "out", "scratch"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName).Order());
    }
}
