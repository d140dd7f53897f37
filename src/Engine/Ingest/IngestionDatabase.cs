using System.Globalization;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Ingest.Parsing;
using LakehouseOperator.Engine.Tables.Writing;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Engine.Ingest;

/// <summary>The DuckDB instance of one run: bounded, in memory, with our table functions. Only statements of ours run in it.</summary>
internal sealed class IngestionDatabase : IDisposable
{
    private readonly DuckDbDatabase database;

    public IngestionDatabase(RunLimits limits, string scratch)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["threads"] = limits.Threads.ToString(CultureInfo.InvariantCulture),
            ["memory_limit"] = string.Create(CultureInfo.InvariantCulture, $"{limits.MemoryBytes}B"),
            ["temp_directory"] = Path.Combine(scratch, "spill"),
            ["max_temp_directory_size"] = string.Create(CultureInfo.InvariantCulture, $"{limits.ScratchBytes}B"),
            ["autoinstall_known_extensions"] = "false",
            ["autoload_known_extensions"] = "false",
        };
        database = DuckDbDatabase.Open(null, settings);
        using var connection = database.Connect();
        Records = RecordTables.Register(connection);
        Relations = RelationTables.Register(connection);
    }

    public RecordTables Records { get; }

    public RelationTables Relations { get; }

    /// <summary>A session with the writer's settings.</summary>
    public DuckDbConnection Connect()
    {
        var connection = database.Connect();
        connection.Execute(ParquetWriter.SessionSettings);
        return connection;
    }

    public void Dispose() => database.Dispose();
}
