using System.Globalization;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Ingest.Parsing;
using LakehouseOperator.Engine.Tables.Writing;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Plans;

namespace LakehouseOperator.Engine.Ingest;

/// <summary>The DuckDB instance of one run: bounded, in memory, with our table functions. Only statements of ours run in it.</summary>
internal sealed class IngestionDatabase : IDisposable
{
    private const int ProbeBytes = 1 << 20;

    private readonly DuckDbDatabase database;
    private readonly SemaphoreSlim staging = new(1, 1);

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

    /// <summary>
    /// One batch at a time is made into files: it takes every thread there is, and its buffers are what a run's memory is made of. Reading, storing and committing go
    /// on beside it.
    /// </summary>
    public async Task<T> StageAsync<T>(Func<Task<T>> stage)
    {
        await staging.WaitAsync();
        try
        {
            return await stage();
        }
        finally
        {
            staging.Release();
        }
    }

    /// <summary>A session with the writer's settings.</summary>
    public DuckDbConnection Connect()
    {
        var connection = database.Connect();
        connection.Execute(ParquetWriter.SessionSettings);
        return connection;
    }

    /// <summary>What of the machine's ran out, where that is what DuckDB's failure comes from. Its texts are not read: scratch is tried.</summary>
    public static Exception? LimitOf(DuckDbException failure, string scratch)
    {
        if (failure.ErrorType == DuckDbErrorType.OutOfMemory)
            return new DiagnosticException(RunCodes.OutOfMemory, "a batch outgrew its memory or its scratch", "lower commit.maxRows or commit.maxBytes, or raise runner.resources.limits.memory", failure);
        if (failure.ErrorType != DuckDbErrorType.Io)
            return null;
        try
        {
            using var probe = new FileStream(
                Path.Combine(scratch, $"probe-{Guid.NewGuid():n}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            probe.Write(new byte[ProbeBytes]);
            probe.Flush(flushToDisk: true);
            return null;
        }
        catch (IOException e)
        {
            return e;
        }
    }

    public void Dispose()
    {
        database.Dispose();
        staging.Dispose();
    }
}
