using LakehouseOperator.DuckDb;
using LakehouseOperator.DuckDb.Types;
using LakehouseOperator.DuckDb.Vectors;
using LakehouseOperator.Engine.Tables.Log;
using LakehouseOperator.Engine.Tables.Writing;

namespace LakehouseOperator.Engine.Tables.Checkpoints;

/// <summary>
/// Reads the actions out of checkpoint files (Delta protocol, "Checkpoint Schema"). Writers differ in which columns and members they write, so only
/// those that are there are asked for, and the others are NULL.
/// </summary>
internal sealed class CheckpointParquet
{
    private readonly DuckDbConnection connection;
    private readonly string source;
    private readonly Dictionary<string, DuckDbType> columns;

    public CheckpointParquet(DuckDbConnection connection, IReadOnlyList<string> paths)
    {
        this.connection = connection;
        source = $"read_parquet([{string.Join(", ", paths.Select(static path => $"'{Glob.Escape(path).Replace("'", "''", StringComparison.Ordinal)}'"))}], union_by_name = true)";
        using var shape = connection.Query($"SELECT * FROM {source} LIMIT 0");
        columns = shape.Columns.ToDictionary(static column => column.Name, static column => column.Type, StringComparer.Ordinal);
    }

    public CheckpointContent Read(long version, string location)
    {
        var protocol = Select("protocol", ["minReaderVersion", "minWriterVersion", "readerFeatures", "writerFeatures"], "minReaderVersion", static row =>
            new ProtocolAction((int)row.Number(0)!, (int)row.Number(1)!, row.List(2), row.List(3)));
        if (protocol.Count == 0)
            throw LogDamage.At(location, LogFileName.Checkpoint(version), "the checkpoint holds no protocol");
        var metaData = Select("metaData", ["id", "schemaString", "name", "description", "partitionColumns", "configuration", "createdTime"], "id", static row =>
            new MetaDataAction(row.Text(0)!, row.Text(1) ?? "", row.Text(2), row.Text(3), null, row.List(4), row.Map(5), row.Number(6)));
        if (metaData.Count == 0)
            throw LogDamage.At(location, LogFileName.Checkpoint(version), "the checkpoint holds no metaData");
        return new CheckpointContent(
            version,
            protocol[0],
            metaData[0] with { Format = ReadFormat() },
            Select("txn", ["appId", "version", "lastUpdated"], "appId", static row => new TxnAction(row.Text(0)!, row.Number(1) ?? 0, row.Number(2))),
            Select("domainMetadata", ["domain", "configuration", "removed"], "domain", static row =>
                new DomainMetadataAction(row.Text(0)!, row.Text(1), row.Flag(2) ?? false)),
            ReadAdds());
    }

    public IReadOnlyList<RemoveAction> ReadTombstones() => Select(
        "remove",
        ["path", "deletionTimestamp", "dataChange", "extendedFileMetadata", "partitionValues", "size", "deletionVector"],
        "path",
        static row => new RemoveAction(row.Text(0)!, row.Number(1), row.Flag(2) ?? false, row.Flag(3), row.Map(4), row.Number(5)) { DeletionVector = row.Vector(6) });

    private List<AddAction> ReadAdds()
    {
        // Tables that write statistics as structs alone still say how many rows a file has.
        var stats = Has("add", "stats") ? "struct_extract(\"add\", 'stats')" : "NULL::VARCHAR";
        if (Has("add", "stats_parsed") && Members("add").First(static field => field.Name == "stats_parsed").Type.Fields is { } parsed
            && parsed.Any(static field => field.Name == "numRecords"))
        {
            stats = $"coalesce({stats}, '{{\"numRecords\":' || struct_extract(struct_extract(\"add\", 'stats_parsed'), 'numRecords') || '}}')";
        }

        var pool = new PartitionValuePool();
        return Select("add", ["path", "partitionValues", "size", "modificationTime", "tags", "deletionVector"], "path", row =>
            new AddAction(row.Text(0)!, pool.Share(row.Map(1)), row.Number(2) ?? 0, row.Number(3) ?? 0, DataChange: false, row.Text(6), row.Map(4), row.Vector(5)), stats);
    }

    private FormatSpecification? ReadFormat()
    {
        if (!Has("metaData", "format"))
            return null;
        var provider = connection.Query($"SELECT struct_extract(struct_extract(\"metaData\", 'format'), 'provider') FROM {source} WHERE \"metaData\" IS NOT NULL");
        using (provider)
        {
            return provider.ReadRows() is [[string name], ..] ? new FormatSpecification(name, new Dictionary<string, string?>(StringComparer.Ordinal)) : null;
        }
    }

    private List<T> Select<T>(string action, IReadOnlyList<string> members, string required, Func<Row, T> make, string? more = null)
    {
        var rows = new List<T>();
        if (!Has(action, required))
            return rows;
        var list = string.Join(", ", members.Select(member => Has(action, member) ? Extract(action, member) : "NULL::VARCHAR"));
        using var result = connection.Stream($"SELECT {list}{(more is null ? "" : ", " + more)} FROM {source} WHERE {Extract(action, required)} IS NOT NULL");
        while (result.NextChunk() is { } chunk)
        {
            var readers = new VectorReader[result.Columns.Count];
            for (var column = 0; column < readers.Length; column++)
                readers[column] = chunk.Column(column);
            for (var row = 0; row < chunk.RowCount; row++)
                rows.Add(make(new Row(readers, row)));
        }

        return rows;
    }

    private bool Has(string action, string member) => Members(action).Any(field => field.Name == member);

    private IReadOnlyList<DuckDbField> Members(string action) =>
        columns.TryGetValue(action, out var type) && type.Id == DuckDbTypeId.Struct ? type.Fields ?? [] : [];

    private static string Extract(string action, string member) => $"struct_extract(\"{action}\", '{member}')";

    /// <summary>One row of a chunk; each getter gives null for NULL and for a member that the file does not have.</summary>
    private readonly struct Row(VectorReader[] columns, int row)
    {
        public string? Text(int column) => columns[column].IsNull(row) ? null : columns[column].GetString(row);

        public long? Number(int column) => columns[column].IsNull(row) ? null : columns[column].GetInt64(row);

        public bool? Flag(int column) => columns[column].IsNull(row) ? null : columns[column].GetBoolean(row);

        public IReadOnlyList<string>? List(int column)
        {
            var vector = columns[column];
            if (vector.IsNull(row))
                return null;
            var (start, length) = vector.GetRange(row).GetOffsetAndLength(int.MaxValue);
            var child = vector.Child();
            var values = new string[length];
            for (var index = 0; index < length; index++)
                values[index] = child.GetString(start + index);
            return values;
        }

        public IReadOnlyDictionary<string, string?>? Map(int column)
        {
            var vector = columns[column];
            if (vector.IsNull(row))
                return null;
            var (start, length) = vector.GetRange(row).GetOffsetAndLength(int.MaxValue);
            var entries = vector.Child();
            var (keys, values) = (entries.Child(0), entries.Child(1));
            var map = new Dictionary<string, string?>(length, StringComparer.Ordinal);
            for (var entry = start; entry < start + length; entry++)
                map[keys.GetString(entry)] = values.IsNull(entry) ? null : values.GetString(entry);
            return map;
        }

        public DeletionVectorAction? Vector(int column)
        {
            if (columns[column].IsNull(row) || columns[column].ReadValue(row) is not Dictionary<string, object?> vector)
                return null;
            return new DeletionVectorAction(
                vector.GetValueOrDefault("storageType") as string, vector.GetValueOrDefault("pathOrInlineDv") as string, vector.GetValueOrDefault("offset") as int?);
        }
    }
}
