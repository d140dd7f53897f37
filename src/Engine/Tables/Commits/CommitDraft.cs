using System.Buffers;
using System.Globalization;
using System.Text.Json;
using LakehouseOperator.Engine.Tables.Log;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tables.Commits;

/// <summary>
/// A change as the bytes of the version after a snapshot, with every rule that depends on the snapshot checked. A rebase drafts anew; the
/// <c>txnId</c> stays.
/// </summary>
/// <param name="storeAhead">The store's clock minus ours: how old staged files are is told by theirs.</param>
internal sealed class CommitDraft(string location, TableChange change, Snapshot? current, string txnId, DateTimeOffset now, TimeSpan storeAhead = default)
{
    public const string Engine = "LakehouseOperator/0.1.0";

    /// <summary>Quotes inside statistics stay <c>\"</c>, as every other engine writes them.</summary>
    private static readonly JsonWriterOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public long Version { get; } = (current?.Version ?? -1) + 1;

    /// <exception cref="DiagnosticException">A rule refuses the change.</exception>
    public ReadOnlyMemory<byte> Write()
    {
        CommitRules.Require(location, change, current, now + storeAhead);
        var domains = PositionRules.Require(change, current);
        var metaData = MetaData();
        var protocol = current is null
            ? WriterFeatures.Ours
            : WriterFeatures.Require(location, current.Protocol!, metaData ?? current.MetaData!);
        var removes = change.Kind is ChangeKind.Replace or ChangeKind.Drop && current is not null ? current.Files : [];
        var dataVersion = current is null || change.Files.Count + removes.Count > 0 ? Version : current.DataVersion;

        var buffer = new ArrayBufferWriter<byte>(4096);
        WriteInfo(buffer, removes);
        if (protocol is not null)
            Append(buffer, new LogLine(Protocol: protocol));
        if (metaData is not null)
            Append(buffer, new LogLine(MetaData: metaData));
        if (change.Transaction is { } transaction)
            Append(buffer, new LogLine(Txn: new TxnAction(transaction.AppId, transaction.Version, now.ToUnixTimeMilliseconds())));
        foreach (var (domain, json) in domains)
            Append(buffer, new LogLine(DomainMetadata: new DomainMetadataAction(domain, json)));
        Append(buffer, new LogLine(DomainMetadata: new DomainMetadataAction(DataVersionRecord.Domain, DataVersionRecord.Write(dataVersion, Version))));
        foreach (var file in removes)
            Append(buffer, new LogLine(Remove: Remove(file)));
        foreach (var file in change.Files)
            Append(buffer, new LogLine(Add: Add(file)));
        return buffer.WrittenMemory;
    }

    private static AddAction Add(DataFile file) => new(
        file.Path, file.PartitionValues, file.Size, file.ModificationTime.ToUnixTimeMilliseconds(), DataChange: true, file.Stats, file.Tags);

    private static void Append(ArrayBufferWriter<byte> buffer, LogLine line)
    {
        using (var json = new Utf8JsonWriter(buffer, Plain))
            JsonSerializer.Serialize(json, line, LogJson.Default.LogLine);
        buffer.Write("\n"u8);
    }

    private RemoveAction Remove(DataFile file) => new(
        file.Path, now.ToUnixTimeMilliseconds(), DataChange: true, ExtendedFileMetadata: true, file.PartitionValues, file.Size, Tags: file.Tags);

    /// <summary>The metaData to write: for a new table, and where schema or properties change.</summary>
    private MetaDataAction? MetaData()
    {
        if (current is null)
        {
            return new MetaDataAction(
                Guid.NewGuid().ToString(),
                change.Schema.ToDelta(),
                Format: new FormatSpecification("parquet", new Dictionary<string, string?>(StringComparer.Ordinal)),
                PartitionColumns: change.Schema.PartitionColumns,
                Configuration: Configuration(null),
                CreatedTime: now.ToUnixTimeMilliseconds());
        }

        var before = current.MetaData!;
        var schema = change.Kind == ChangeKind.Replace
            ? SchemaEvolution.Replace(current.Schema, change.Schema)
            : SchemaEvolution.Append(current.Schema, change.Schema);
        var sameProperties = change.Configuration.All(one => current.Configuration.TryGetValue(one.Key, out var value) && value == one.Value);
        if (sameProperties && schema.Equals(current.Schema))
            return null;
        return before with
        {
            SchemaString = schema.Equals(current.Schema) ? before.SchemaString : schema.ToDelta(),
            PartitionColumns = schema.PartitionColumns,
            Configuration = Configuration(before.Configuration),
        };
    }

    private SortedDictionary<string, string?> Configuration(IEnumerable<KeyValuePair<string, string?>>? before)
    {
        var properties = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, value) in before ?? [])
            properties[name] = value;
        foreach (var (name, value) in change.Configuration)
            properties[name] = value;
        return properties;
    }

    private void WriteInfo(ArrayBufferWriter<byte> buffer, IReadOnlyList<DataFile> removes)
    {
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            json.WriteStartObject("commitInfo");
            json.WriteNumber("timestamp", now.ToUnixTimeMilliseconds());
            json.WriteString("operation", change.Operation);
            json.WriteStartObject("operationParameters");
            foreach (var (name, value) in change.OperationParameters.OrderBy(static one => one.Key, StringComparer.Ordinal))
                json.WriteString(name, value);
            json.WriteEndObject();
            if (change.Base is { } read)
                json.WriteNumber("readVersion", read.Version);
            json.WriteString("isolationLevel", change.Kind is ChangeKind.Replace or ChangeKind.Drop ? "Serializable" : "WriteSerializable");
            json.WriteBoolean("isBlindAppend", change.Kind == ChangeKind.Append);
            WriteMetrics(json, removes);
            json.WriteString("engineInfo", Engine);
            json.WriteString("txnId", txnId);
            json.WriteString("runId", change.RunId);
            json.WriteString("planHash", change.PlanHash);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
    }

    /// <summary>Strings by custom; those that are not known are not written.</summary>
    private void WriteMetrics(Utf8JsonWriter json, IReadOnlyList<DataFile> removes)
    {
        json.WriteStartObject("operationMetrics");
        Metric("numFiles", change.Files.Count);
        Metric("numOutputBytes", change.Files.Sum(static file => file.Size));
        Metric("numOutputRows", Rows(change.Files));
        if (change.Kind is ChangeKind.Replace or ChangeKind.Drop)
        {
            Metric("numRemovedFiles", removes.Count);
            Metric("numDeletedRows", Rows(removes));
        }

        json.WriteEndObject();

        void Metric(string name, long? value)
        {
            if (value is { } number)
                json.WriteString(name, number.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static long? Rows(IReadOnlyList<DataFile> files) => files.Aggregate((long?)0, static (sum, file) => sum + file.Rows);
}
