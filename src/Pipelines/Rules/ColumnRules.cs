using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>Declared columns: names that every reader of Delta takes, types of the type table, paths that can find something.</summary>
internal static class ColumnRules
{
    /// <summary>The columns as far as they are right.</summary>
    public static IReadOnlyList<TableColumn> Judge(Subject subject, string field, IReadOnlyList<ColumnSpec> columns)
    {
        var valid = new List<TableColumn>();
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < columns.Count; i++)
        {
            var column = columns[i];
            var at = FieldPath.Item(field, i);
            var named = JudgeName(subject, at + ".name", column.Name) & IsNew(subject, at + ".name", column.Name, seen);
            if (column.Path is { } path)
                JudgePath(subject, at + ".path", path);
            if (TypeOf(subject, at + ".type", column.Type) is { } type && named)
                valid.Add(new TableColumn(column.Name, type, !column.Required));
        }

        return valid;
    }

    public static ColumnType? TypeOf(Subject subject, string field, string sql)
    {
        if (ColumnType.TryParseSql(sql, out var type, out var refusal))
            return type;
        subject.Error(DocumentCodes.InvalidColumnType, field, refusal.Message, refusal.Help);
        return null;
    }

    public static bool JudgeName(Subject subject, string field, string name)
    {
        if (ColumnNames.Refuse(name) is { } refusal)
        {
            // The types' own help is worded for SQL, where a column is renamed by AS.
            var help = refusal.Help.StartsWith("AS ", StringComparison.Ordinal) ? $"name it {refusal.Help[3..]}" : refusal.Help;
            subject.Error(DocumentCodes.InvalidColumnName, field, refusal.Message, help);
            return false;
        }

        if (!IngestedColumns.IsOwn(name))
            return true;
        subject.Error(DocumentCodes.InvalidColumnName, field, $"\"{name}\" is one of the columns that every ingested table carries beside the declared ones", "choose another name");
        return false;
    }

    /// <summary>Names are compared without case, as SQL and most readers do.</summary>
    public static bool IsNew(Subject subject, string field, string name, Dictionary<string, string> seen)
    {
        if (seen.TryAdd(name, name))
            return true;
        var first = seen[name];
        subject.Error(
            DocumentCodes.DuplicateName, field, first == name ? $"the name \"{name}\" comes twice" : $"the names \"{first}\" and \"{name}\" differ only in case",
            "names are unique, case aside");
        return false;
    }

    private static void JudgePath(Subject subject, string field, string path)
    {
        if (!JsonPaths.IsPath(path))
            subject.Error(RecordCodes.PathInvalid, field, $"\"{path}\" is not a path", "write a field's name, or a path such as $.user.id, $.items[0].price or $[\"a field\"]");
    }
}

/// <summary>Columns that an ingested table carries beside those declared.</summary>
public static class IngestedColumns
{
    public const string IngestedAt = "_ingested_at";
    public const string Source = "_source";
    public const string SourcePosition = "_source_position";

    public static IReadOnlyList<TableColumn> Own { get; } =
        [new(IngestedAt, ColumnType.Timestamp), new(Source, ColumnType.String), new(SourcePosition, ColumnType.String)];

    /// <summary>Columns of the quarantine table beside an ingested one.</summary>
    public static TableSchema Quarantine { get; } = new(
        [
            new TableColumn("payload", ColumnType.String),
            new TableColumn("payload_bytes", ColumnType.Binary),
            new TableColumn("source", ColumnType.String),
            new TableColumn("position", ColumnType.String),
            new TableColumn("error_code", ColumnType.String),
            new TableColumn("field", ColumnType.String),
            new TableColumn("message", ColumnType.String),
            new TableColumn("ingested_at", ColumnType.Timestamp),
        ],
        []);

    public static bool IsOwn(string name) => Own.Any(column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase));
}
