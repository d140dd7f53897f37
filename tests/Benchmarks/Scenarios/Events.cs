using System.Globalization;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Benchmarks.Scenarios;

/// <summary>The quickstart's events in any number, as history alone: draining them ends.</summary>
internal sealed record Events(int Days, int PerDay)
{
    /// <summary>The default of an Ingestion.</summary>
    public const long CommitRows = 100_000;

    public const string Name = "bronze.events";

    /// <summary>Events, and the one in a hundred that comes twice; of whole hundreds.</summary>
    public long Records => (long)Days * PerDay / 100 * 101;

    public SourceSpec Source => new(Generator: new GeneratorSourceSpec(Seed: 1, Users: 100, Days: Days, EventsPerDay: PerDay, EventsPerSecond: 0));

    public IngestedTableSpec Table { get; } = new(
        Name,
        [
            new ColumnSpec("event_id", "VARCHAR", Required: true),
            new ColumnSpec("user_id", "BIGINT", Required: true),
            new ColumnSpec("event_type", "VARCHAR", Required: true),
            new ColumnSpec("page", "VARCHAR"),
            new ColumnSpec("timestamp", "TIMESTAMPTZ", Required: true),
            new ColumnSpec("source", "VARCHAR"),
        ],
        PartitionBy: [new PartitionSpec("timestamp", PartitionTransform.Day, "event_date")]);

    public static Events Parse(string days, string perDay) => new(int.Parse(days, CultureInfo.InvariantCulture), int.Parse(perDay, CultureInfo.InvariantCulture));

    public string[] Arguments => [Days.ToString(CultureInfo.InvariantCulture), PerDay.ToString(CultureInfo.InvariantCulture)];
}
