using LakehouseOperator.DuckDb;
using LakehouseOperator.DuckDb.Types;
using LakehouseOperator.Engine.Ingest;
using LakehouseOperator.Engine.Ingest.Parsing;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Tests.Ingest.Parsing;

/// <summary>What a feed became: rows by position, and quarantined records.</summary>
public sealed record Parsed(
    IReadOnlyDictionary<string, object?[]> Rows, IReadOnlyList<QuarantinedRow> Quarantined, IReadOnlyList<DuckDbType> Types, long Nulled)
{
    /// <summary>The only row's values, without its position.</summary>
    public object?[] Row => Assert.Single(Rows).Value;

    public QuarantinedRow Bad => Assert.Single(Quarantined);

    public static Parsed Read(IReadOnlyList<ColumnSpec> columns, IRecordFeed feed, ContractSpec? contract = null, int quarantineMemory = 1 << 20)
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        connection.Execute("SET TimeZone = 'UTC'");
        var tables = RecordTables.Register(connection);
        using var scratch = new ScratchFolder();
        using var parse = tables.Open(
            RecordContract.Compile(connection, columns, contract), feed, new RecordParseOptions(scratch.Path, 2, quarantineMemory));
        using var result = connection.Query($"SELECT * FROM {parse.RowsSql}");
        var types = result.Columns.Select(static column => column.Type).SkipLast(1).ToList();
        var rows = result.ReadRows().ToDictionary(static row => (string)row[^1]!, static row => row[..^1], StringComparer.Ordinal);
        Assert.Equal(rows.Count, parse.Rows);
        using var quarantine = connection.Query($"SELECT * FROM {parse.QuarantineSql}");
        var quarantined = quarantine.ReadRows().Select(static row => new QuarantinedRow(
            (string?)row[0], (byte[]?)row[1], (string)row[2]!, (string)row[3]!, (string?)row[4], (string)row[5]!)).ToList();
        Assert.Equal(quarantined.Count, parse.Quarantined);
        return new Parsed(rows, quarantined, types, parse.Nulled);
    }

    public static Parsed Read(string columns, string record, ContractSpec? contract = null) => Read(Columns(columns), ListFeed.Of(record), contract);

    /// <summary><c>name TYPE; name TYPE</c></summary>
    public static IReadOnlyList<ColumnSpec> Columns(string text) =>
        [.. text.Split("; ").Select(static column => new ColumnSpec(column[..column.IndexOf(' ')], column[(column.IndexOf(' ') + 1)..]))];
}

public sealed record QuarantinedRow(string? Payload, byte[]? Bytes, string Position, string Code, string? Field, string Message);

public sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("lakehouse-parsing-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
