using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Tables.Writing;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Tests.Tables;

/// <summary>A folder of the test's own, and a database set up as the worker's.</summary>
public sealed class Scratch : IDisposable
{
    private readonly DuckDbDatabase database = DuckDbDatabase.Open();

    public Scratch()
    {
        Connection = database.Connect();
        Connection.Execute(ParquetWriter.SessionSettings);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("lakehouse-test-").FullName;

    public DuckDbConnection Connection { get; }

    public string NewFolder() => Directory.CreateDirectory(Path.Combine(Folder, Guid.NewGuid().ToString("n"))).FullName;

    public IReadOnlyList<StagedFile> Write(string query, IReadOnlyList<string>? partitions = null, long target = ParquetWriter.DefaultTargetFileSizeBytes) =>
        ParquetWriter.Write(Connection, query, new ParquetOutput(NewFolder(), partitions ?? [], target), CancellationToken.None);

    /// <summary>The rows of a query as DuckDB prints them, sorted.</summary>
    public IReadOnlyList<string> Rows(string query)
    {
        using var result = Connection.Query($"SELECT CAST(r AS VARCHAR) FROM ({query}) AS r");
        return [.. result.ReadRows().Select(row => (string)row[0]!).Order(StringComparer.Ordinal)];
    }

    public void Dispose()
    {
        Connection.Dispose();
        database.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
