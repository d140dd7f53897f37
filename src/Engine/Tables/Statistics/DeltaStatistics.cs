using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LakehouseOperator.Pipelines.Types;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Engine.Tables.Statistics;

/// <summary>
/// A file's statistics as the log holds them (protocol, "Per-file Statistics"), out of what DuckDB gathered while it wrote. What is not exactly a
/// bound of the type is left out: NaN, infinities, BLOBs, booleans, arrays, maps.
/// </summary>
public static class DeltaStatistics
{
    /// <summary>Delta's default for <c>delta.dataSkippingNumIndexedCols</c>: leaves beyond it have no statistics.</summary>
    public const int IndexedLeaves = 32;

    private sealed record Leaf(IReadOnlyList<string> Path, ColumnType Type, StagedColumnStats Stats);

    public static string Write(StagedFile file, TableSchema schema)
    {
        var leaves = new List<Leaf>();
        Collect(schema.FileColumns, [], "", file.Stats, leaves);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("numRecords", file.Rows);
            WriteSection(json, "minValues", leaves, static leaf => leaf.Stats is { Min: { } min, HasNan: false } && StatisticText.Least(min, leaf.Type) is { } raw ? raw : null);
            WriteSection(json, "maxValues", leaves, static leaf => leaf.Stats is { Max: { } max, HasNan: false } && StatisticText.Greatest(max, leaf.Type) is { } raw ? raw : null);
            WriteSection(json, "nullCount", leaves, static leaf => leaf.Stats.NullCount?.ToString(System.Globalization.CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    private static void Collect(
        IEnumerable<TableColumn> columns, IReadOnlyList<string> path, string key, IReadOnlyDictionary<string, StagedColumnStats> stats, List<Leaf> leaves)
    {
        foreach (var column in columns)
        {
            IReadOnlyList<string> below = [.. path, column.Name];
            var belowKey = key.Length == 0 ? SqlText.Name(column.Name) : $"{key}.{SqlText.Name(column.Name)}";
            if (column.Type is ColumnType.Struct fields)
                Collect(fields.Fields, below, belowKey, stats, leaves);
            else if (leaves.Count < IndexedLeaves && stats.TryGetValue(belowKey, out var found))
                leaves.Add(new Leaf(below, column.Type, found));
        }
    }

    /// <summary>Leaves come depth first, so that structs open and close around their own; a struct without any is left out.</summary>
    private static void WriteSection(Utf8JsonWriter json, string name, List<Leaf> leaves, Func<Leaf, string?> value)
    {
        json.WriteStartObject(name);
        var open = new List<string>();
        foreach (var leaf in leaves)
        {
            if (value(leaf) is not { } raw)
                continue;
            var common = 0;
            while (common < open.Count && common < leaf.Path.Count - 1 && open[common] == leaf.Path[common])
                common++;
            Close(json, open, common);
            for (; common < leaf.Path.Count - 1; common++)
            {
                json.WriteStartObject(leaf.Path[common]);
                open.Add(leaf.Path[common]);
            }

            json.WritePropertyName(leaf.Path[^1]);
            json.WriteRawValue(raw);
        }

        Close(json, open, 0);
        json.WriteEndObject();
    }

    private static void Close(Utf8JsonWriter json, List<string> open, int keep)
    {
        for (; open.Count > keep; open.RemoveAt(open.Count - 1))
            json.WriteEndObject();
    }
}
