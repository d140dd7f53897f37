using LakehouseOperator.DuckDb;

namespace LakehouseOperator.Faults.Tests.Oracles;

/// <summary>The tables of a lake in a DuckDB of the test's own: all files that any version names, and views of the versions that are asked for.</summary>
internal sealed class OracleDatabase : IDisposable
{
    private const string FileColumn = "#file";
    private readonly DuckDbDatabase database = DuckDbDatabase.Open(config: new Dictionary<string, string>(StringComparer.Ordinal) { ["threads"] = "1" });
    private readonly DuckDbConnection connection;
    private readonly HashSet<string> loaded = new(StringComparer.Ordinal);

    public OracleDatabase()
    {
        connection = database.Connect();
        connection.Execute("SET TimeZone = 'UTC'; CREATE SCHEMA bronze; CREATE SCHEMA silver; CREATE SCHEMA gold; CREATE SCHEMA raw");
    }

    /// <summary>Reads the files of all versions, each once, with partition values as the log has them. The rows of each file by its path.</summary>
    public IReadOnlyDictionary<string, long> Load(string folder, string table, IEnumerable<LiveFile> files)
    {
        var branches = files.DistinctBy(static file => file.Path).Select(file =>
        {
            var partitions = string.Concat(file.Partitions.Select(static one => $", {Text(one.Value)}::DATE AS \"{one.Key}\""));
            return $"SELECT {Text(file.Path)} AS \"{FileColumn}\", *{partitions} FROM read_parquet({Text(Path.Combine(folder, file.Path))}, hive_partitioning = false)";
        }).ToList();
        if (branches.Count == 0)
            return new Dictionary<string, long>(StringComparer.Ordinal);
        connection.Execute($"CREATE TABLE {Raw(table)} AS {string.Join(" UNION ALL BY NAME ", branches)}");
        loaded.Add(table);
        return Query($"SELECT \"{FileColumn}\", count(*) FROM {Raw(table)} GROUP BY ALL").ToDictionary(static row => (string)row[0]!, static row => (long)row[1]!, StringComparer.Ordinal);
    }

    public bool Has(string table) => loaded.Contains(table);

    /// <summary>From here on the table's name stands for that version of it.</summary>
    public void Pin(string table, LogVersion version) => connection.Execute(
        $"CREATE OR REPLACE VIEW {table} AS SELECT * EXCLUDE (\"{FileColumn}\") FROM {Raw(table)} WHERE \"{FileColumn}\" IN ({string.Join(", ", version.Files.Select(static file => Text(file.Path)).DefaultIfEmpty("''"))})");

    public IReadOnlyList<object?[]> Query(string sql)
    {
        using var result = connection.Query(sql);
        return result.ReadRows();
    }

    /// <summary>Rows as text, sorted.</summary>
    public IReadOnlyList<string> Texts(string sql) => [.. Query($"SELECT t::VARCHAR FROM ({sql}) AS t").Select(static row => (string)row[0]!).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        connection.Dispose();
        database.Dispose();
    }

    private static string Raw(string table) => $"raw.\"{table}\"";

    private static string Text(string? value) => value is null ? "NULL" : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
}
