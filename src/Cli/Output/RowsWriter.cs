using System.Text.Encodings.Web;
using System.Text.Json;
using LakehouseOperator.Sql;

namespace LakehouseOperator.Cli.Output;

internal enum RowsFormat
{
    Table,
    Json,
    Csv,
}

/// <summary>Rows of <c>lakehouse query</c> as a table, a JSON array of objects, or csv (RFC 4180; NULL empty, the empty text quoted).</summary>
internal static class RowsWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(TextWriter writer, RowsResult result, RowsFormat format)
    {
        switch (format)
        {
            case RowsFormat.Json:
                WriteJson(writer, result);
                break;
            case RowsFormat.Csv:
                WriteCsv(writer, result);
                break;
            default:
                WriteTable(writer, result);
                break;
        }
    }

    private static void WriteTable(TextWriter writer, RowsResult result)
    {
        var table = new TextTable([.. result.Columns.Select(column => (Cells.Visible(column.Name), IsNumber(column.Type) ? Align.Right : Align.Left))]);
        foreach (var row in result.Rows)
            table.Add([.. row.Select(value => value.ValueKind == JsonValueKind.Null ? "NULL" : Cells.Visible(Text(value)))]);
        table.Write(writer);
        writer.WriteLine();
        writer.WriteLine(result.Rows.Count == 1 ? "1 row" : $"{Cells.Number(result.Rows.Count)} rows");
    }

    private static void WriteJson(TextWriter writer, RowsResult result)
    {
        var names = UniqueNames(result.Columns);
        using var buffer = new MemoryStream();
        using var json = new Utf8JsonWriter(buffer, Options);
        writer.Write('[');
        for (var i = 0; i < result.Rows.Count; i++)
        {
            writer.Write(i == 0 ? "\n" : ",\n");
            json.WriteStartObject();
            for (var column = 0; column < names.Length; column++)
            {
                json.WritePropertyName(names[column]);
                WriteValue(json, result.Rows[i][column], result.Columns[column].Type);
            }

            json.WriteEndObject();
            json.Flush();
            writer.Write(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
            buffer.SetLength(0);
            json.Reset();
        }

        writer.WriteLine(result.Rows.Count == 0 ? "]" : "\n]");
    }

    /// <summary>Integers of every width are numbers, though the wide ones travel as text.</summary>
    private static void WriteValue(Utf8JsonWriter json, JsonElement value, string type)
    {
        if (value.ValueKind == JsonValueKind.String && type is ("HUGEINT" or "UHUGEINT" or "UBIGINT"))
            json.WriteRawValue(value.GetString()!);
        else
            value.WriteTo(json);
    }

    private static void WriteCsv(TextWriter writer, RowsResult result)
    {
        Csv.WriteLine(writer, result.Columns.Select(column => column.Name));
        foreach (var row in result.Rows)
            Csv.WriteLine(writer, row.Select(value => value.ValueKind == JsonValueKind.Null ? null : Text(value)));
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => value.GetRawText(),
    };

    private static bool IsNumber(string type) =>
        type.EndsWith("INT", StringComparison.Ordinal) || type.EndsWith("INTEGER", StringComparison.Ordinal)
        || type is "FLOAT" or "DOUBLE" || type.StartsWith("DECIMAL", StringComparison.Ordinal);

    /// <summary>An object holds a name once: the second <c>a</c> becomes <c>a_1</c>.</summary>
    private static string[] UniqueNames(IReadOnlyList<SqlColumn> columns)
    {
        var names = new string[columns.Count];
        var taken = new HashSet<string>(columns.Select(column => column.Name), StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
        {
            var name = columns[i].Name;
            for (var n = 1; !seen.Add(name); n++)
            {
                var candidate = $"{columns[i].Name}_{n}";
                if (taken.Add(candidate))
                    name = candidate;
            }

            names[i] = name;
        }

        return names;
    }
}
