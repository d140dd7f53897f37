using System.Buffers;
using System.Globalization;
using System.Text.Json;
using LakehouseOperator.DuckDb;
using LakehouseOperator.Engine.Tables.Log;
using LakehouseOperator.Engine.Tables.Writing;

namespace LakehouseOperator.Engine.Tables.Checkpoints;

/// <summary>
/// Writes a classic checkpoint of the v1 specification (Delta protocol, "Checkpoint Schema"): the actions as JSON lines beside the target, copied into
/// Parquet under the exact types that every reader expects.
/// </summary>
internal static class CheckpointCopy
{
    private const string Texts = "MAP(VARCHAR, VARCHAR)";

    private static readonly (string Action, string Type)[] Columns =
    [
        ("txn", "STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)"),
        ("add", $"STRUCT(path VARCHAR, partitionValues {Texts}, size BIGINT, modificationTime BIGINT, dataChange BOOLEAN, stats VARCHAR, tags {Texts})"),
        ("remove", $"STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, extendedFileMetadata BOOLEAN, partitionValues {Texts}, size BIGINT)"),
        ("metaData", $"STRUCT(id VARCHAR, name VARCHAR, description VARCHAR, format STRUCT(provider VARCHAR, options {Texts}), schemaString VARCHAR, partitionColumns VARCHAR[], configuration {Texts}, createdTime BIGINT)"),
        ("protocol", "STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER, readerFeatures VARCHAR[], writerFeatures VARCHAR[])"),
        ("domainMetadata", "STRUCT(domain VARCHAR, configuration VARCHAR, removed BOOLEAN)"),
    ];

    /// <returns>How many actions the checkpoint holds.</returns>
    public static long Write(DuckDbConnection connection, string path, CheckpointContent content, IReadOnlyCollection<RemoveAction> tombstones)
    {
        var lines = path + ".jsonl";
        try
        {
            var (count, longest) = WriteLines(lines, content, tombstones);
            var columns = string.Join(", ", Columns.Select(static column => $"\"{column.Action}\": '{column.Type}'"));
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $$"""
                SET preserve_insertion_order = false;
                COPY (SELECT {{string.Join(", ", Columns.Select(static column => $"\"{column.Action}\""))}}
                      FROM read_json('{{Quote(Glob.Escape(lines))}}', format = 'newline_delimited', maximum_object_size = {{Math.Max(16 << 20, 2 * longest)}}, columns = { {{columns}} }))
                TO '{{Quote(path)}}' (FORMAT parquet, COMPRESSION zstd)
                """));
            return count;
        }
        finally
        {
            File.Delete(lines);
        }
    }

    private static (long Count, int Longest) WriteLines(string path, CheckpointContent content, IReadOnlyCollection<RemoveAction> tombstones)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 16);
        var buffer = new ArrayBufferWriter<byte>(4096);
        var (count, longest) = (0L, 0);
        foreach (var line in Lines(content, tombstones))
        {
            buffer.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(buffer))
                JsonSerializer.Serialize(json, line, LogJson.Default.LogLine);
            buffer.Write("\n"u8);
            file.Write(buffer.WrittenSpan);
            count++;
            longest = Math.Max(longest, buffer.WrittenCount);
        }

        return (count, longest);
    }

    private static IEnumerable<LogLine> Lines(CheckpointContent content, IReadOnlyCollection<RemoveAction> tombstones)
    {
        yield return new LogLine(Protocol: content.Protocol);
        yield return new LogLine(MetaData: content.MetaData with
        {
            Format = new FormatSpecification(content.MetaData.Format?.Provider ?? "parquet", content.MetaData.Format?.Options ?? new Dictionary<string, string?>(StringComparer.Ordinal)),
            Configuration = content.MetaData.Configuration ?? new Dictionary<string, string?>(StringComparer.Ordinal),
            PartitionColumns = content.MetaData.PartitionColumns ?? [],
        });
        foreach (var txn in content.Transactions)
            yield return new LogLine(Txn: txn);
        foreach (var domain in content.Domains)
            yield return new LogLine(DomainMetadata: domain);
        foreach (var add in content.Adds)
            yield return new LogLine(Add: add with { DataChange = false });
        foreach (var remove in tombstones)
            yield return new LogLine(Remove: remove with { DataChange = false, Stats = null, Tags = null });
    }

    private static string Quote(string text) => text.Replace("'", "''", StringComparison.Ordinal);
}
