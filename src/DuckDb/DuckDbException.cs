using System.Globalization;
using System.Text.Json;

namespace LakehouseOperator.DuckDb;

/// <summary>
/// DuckDB refused or failed. After <c>SET errors_as_json = true</c> on the connection the fields of DuckDB's error come as such; otherwise
/// <see cref="Exception.Message"/> is DuckDB's text, which ends with <c>LINE 1: …</c> and a caret where it knows a position.
/// </summary>
public sealed class DuckDbException : Exception
{
    internal DuckDbException(DuckDbErrorType type, string? raw)
        : this(type, raw ?? "DuckDB failed without a message", ReadFields(raw))
    {
    }

    private DuckDbException(DuckDbErrorType type, string raw, IReadOnlyDictionary<string, string> fields)
        : base(fields.GetValueOrDefault("exception_message") ?? raw)
    {
        RawMessage = raw;
        Fields = fields;
        ErrorType = type == DuckDbErrorType.Invalid ? ReadType(fields.GetValueOrDefault("exception_type") ?? raw) : type;
    }

    public DuckDbErrorType ErrorType { get; }

    /// <summary>As DuckDB gave it: text, or JSON.</summary>
    public string RawMessage { get; }

    /// <summary>DuckDB's extra fields, such as <c>position</c>, <c>error_subtype</c>, <c>candidates</c>, <c>name</c>; empty without <c>errors_as_json</c>.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; }

    /// <summary>Offset into the statement's UTF-8 bytes, from 0, where DuckDB knows it and <c>errors_as_json</c> is set.</summary>
    public int? Position => int.TryParse(Fields.GetValueOrDefault("position"), NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : null;

    /// <summary>Such as <c>COLUMN_NOT_FOUND</c> or <c>SYNTAX_ERROR</c>.</summary>
    public string? Subtype => Fields.GetValueOrDefault("error_subtype");

    /// <summary>What DuckDB would suggest for an unknown name; empty where it has nothing.</summary>
    public IReadOnlyList<string> Candidates => Fields.GetValueOrDefault("candidates")
        ?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    public bool IsInterrupt => ErrorType == DuckDbErrorType.Interrupt;

    /// <summary>Statements that were only prepared or begun give no type beside the text, whose first words name it: <c>Out of Memory Error: …</c>.</summary>
    private static DuckDbErrorType ReadType(string named)
    {
        var end = named.IndexOf(" Error: ", StringComparison.Ordinal);
        var name = (end < 0 ? named : named[..end]).Replace(" ", "", StringComparison.Ordinal);
        return name.Length < 40 && name.All(char.IsAsciiLetter) && Enum.TryParse(name, ignoreCase: true, out DuckDbErrorType type) ? type : DuckDbErrorType.Invalid;
    }

    private static Dictionary<string, string> ReadFields(string? raw)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        if (raw is null || !raw.StartsWith("{\"exception_type\"", StringComparison.Ordinal))
            return fields;
        try
        {
            using var document = JsonDocument.Parse(raw);
            foreach (var property in document.RootElement.EnumerateObject())
                fields[property.Name] = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : property.Value.GetRawText();
        }
        catch (JsonException)
        {
            // A text of DuckDB's that only begins like its JSON stays text.
            fields.Clear();
        }

        return fields;
    }
}
