using System.ComponentModel;

namespace LakehouseOperator.Pipelines.Specs;

[Description("A source that is streamed or copied into typed bronze tables, each record exactly once.")]
public sealed record IngestionSpec(
    LakehouseRef LakehouseRef,
    [property: Description("Where records come from. Exactly one kind; the kind is immutable.")]
    SourceSpec Source,
    [property: Description("The tables that the source's streams or files become."), ItemBounds(1, 64)]
    IReadOnlyList<IngestedTableSpec> Tables,
    [property: Description("When rows in hand are committed: whichever bound comes first.")]
    CommitSpec? Commit = null,
    [property: Description("Stop reading; nothing is lost, the position stays in the table.")]
    bool Suspend = false,
    [property: Description("What differs for this resource's pods from the Lakehouse's.")] RunnerSpec? Runner = null,
    [property: Description("When this resource is deleted: Retain keeps its tables; Delete removes them, their quarantine, and exactly their objects. Without a cluster nothing is deleted.")]
    DeletionPolicy DeletionPolicy = DeletionPolicy.Retain);

/// <summary>The catalogue of sources: one member each, exactly one of them set.</summary>
[ExactlyOne]
public sealed record SourceSpec(
    GeneratorSourceSpec? Generator = null,
    FilesSourceSpec? Files = null,
    RedisStreamsSourceSpec? RedisStreams = null);

[Description("The built-in demo producer: a deterministic function of seed and index.")]
public sealed record GeneratorSourceSpec(
    [property: Description("Same seed, same events. Also the identity of the position.")] long Seed = 1,
    [property: Description("Users at the start of the history; they grow with time."), NumberBounds(1, 100_000_000)] int Users = 100,
    [property: Description("Days of history that the first run emits; they end at its start."), NumberBounds(0, 3660)] int Days = 14,
    [property: Description("Events a day of history."), NumberBounds(0, 100_000_000)] int EventsPerDay = 5000,
    [property: Description("Events a second after the start."), NumberBounds(0, 1_000_000)] int EventsPerSecond = 5);

[Description("Files in a folder, each of which comes exactly once.")]
public sealed record FilesSourceSpec(
    [property: Description("A folder, as file:///path or a path relative to the working directory. In a cluster: one on the volume of the Lakehouse, file:///lake/path."), LengthBounds(1, 1024)] string Location,
    [property: Description("How a file's bytes become records. Exactly one.")] FileFormatSpec Format,
    [property: Description("Which files below the folder: *, ?, [a-z] within a path part, ** across parts. Default *."), LengthBounds(1, 1024)] string? Pattern = null,
    [property: Description("A file is read once it has not changed for so long, so that one still being written is left alone. Default 2s.")]
    Duration? SettleFor = null);

[ExactlyOne]
public sealed record FileFormatSpec(CsvFormatSpec? Csv = null, JsonLinesFormatSpec? JsonLines = null, ParquetFormatSpec? Parquet = null);

[Description("Comma-separated values as RFC 4180 has them; \"csv: {}\" takes every default.")]
public sealed record CsvFormatSpec(
    [property: Description("Whether the first line names the columns. Without it columns are matched by order.")] bool Header = true,
    [property: Description("One character. Default comma."), LengthBounds(1, 1)] string? Delimiter = null,
    [property: Description("One character, or empty for none. Default the double quote."), LengthBounds(0, 1)] string? Quote = null,
    [property: Description("The text that stands for NULL. Default: an empty unquoted field."), LengthBounds(0, 64)] string? NullText = null);

[Description("One JSON object on each line; written \"jsonLines: {}\".")]
public sealed record JsonLinesFormatSpec;

[Description("Parquet, its columns matched by name; written \"parquet: {}\".")]
public sealed record ParquetFormatSpec;

public sealed record IngestedTableSpec(
    [property: Description("The table, layer.table."), LengthBounds(1, 128)] string Name,
    [property: Description("Declared columns; the table also carries _ingested_at, _source and _source_position."), ItemBounds(1, 1000)]
    IReadOnlyList<ColumnSpec> Columns,
    [property: Description("Which of the source's streams: a file pattern below the location for files, a stream's key for Redis; omitted, everything."), LengthBounds(1, 1024)] string? From = null,
    [property: Description("Partition columns, few values each."), ItemBounds(0, 8)] IReadOnlyList<PartitionSpec>? PartitionBy = null,
    [property: Description("What happens to records that do not fit.")] ContractSpec? Contract = null);

public sealed record ColumnSpec(
    [property: Description("The column's name in the table."), LengthBounds(1, 255)] string Name,
    [property: Description("A DuckDB type out of the type table."), LengthBounds(1, 4096)] string Type,
    [property: Description("A record without a value for it does not fit.")] bool Required = false,
    [property: Description("Where the value is: a field's name or a JSON path such as $.user.id. Default: the column's name."), LengthBounds(1, 1024)] string? Path = null);

public sealed record PartitionSpec(
    [property: Description("A column of the table."), LengthBounds(1, 255)] string Column,
    [property: Description("How the partition value comes from the column. Default Identity.")] PartitionTransform Transform = PartitionTransform.Identity,
    [property: Description("Name of the partition column; required with every transform but Identity."), LengthBounds(1, 255)] string? As = null);

public enum PartitionTransform
{
    Identity,
    Day,
    Month,
    Year,
    Hour,
}

public sealed record ContractSpec(
    [property: Description("A record with a field that no column names: Ignore takes it without the field, Quarantine sets the whole record aside.")]
    UnknownFields UnknownFields = UnknownFields.Ignore,
    [property: Description("A value that does not become its column's type: Quarantine sets the record aside, Null takes it as NULL where the column allows, Stop ends the run.")]
    InvalidValues InvalidValues = InvalidValues.Quarantine);

public enum UnknownFields
{
    Ignore,
    Quarantine,
}

public enum InvalidValues
{
    Quarantine,
    Null,
    Stop,
}

public sealed record CommitSpec(
    [property: Description("Longest time that rows in hand wait. 100ms to 24h. Default 60s.")] Duration? MaxInterval = null,
    [property: Description("Most rows of one commit. Default 100000."), NumberBounds(1, 100_000_000)] long? MaxRows = null,
    [property: Description("Most bytes of records in one commit. 64Ki to 64Gi. Default 128Mi.")] Quantity? MaxBytes = null);
