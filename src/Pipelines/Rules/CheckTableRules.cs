using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>What a check says of the tables that it names, once their columns are known.</summary>
internal static class CheckTableRules
{
    /// <param name="ingested">The table is written by an Ingestion.</param>
    /// <param name="schema">Of the checked table; null where it is not known.</param>
    /// <param name="schemaOf">Of another table.</param>
    public static void Judge(Subject subject, QualityCheckSpec spec, bool ingested, TableSchema? schema, Func<string, TableSchema?> schemaOf)
    {
        for (var i = 0; i < spec.Checks.Count; i++)
        {
            var at = FieldPath.Item("spec.checks", i);
            var check = spec.Checks[i];
            if (ingested && spec.Enforcement == Enforcement.Gate && !PlanBuilder.RowLevelOnly(check))
            {
                subject.Warning(
                    CheckCodes.NotRowLevel, at, $"\"{check.Name}\" judges the whole table, so it cannot gate {spec.Table}, which an Ingestion writes; it only reports",
                    "gate by missing, values or rows, or gate the table that is made from it");
            }

            if (schema is not null)
                JudgeColumns(subject, at, check, spec.Table, schema);
            if (check.Reference is { } reference && schemaOf(reference.To) is { } target)
                JudgeTarget(subject, at + ".reference", reference, target);
        }
    }

    private static void JudgeColumns(Subject subject, string at, CheckSpec check, string table, TableSchema schema)
    {
        One(".missing.column", check.Missing?.Column);
        One(".values.column", check.Values?.Column);
        Many(".unique.columns", check.Unique?.Columns);
        Many(".reference.columns", check.Reference?.Columns);
        if (check.Freshness is { } freshness && One(".freshness.column", freshness.Column) is { } column && column.Type != ColumnType.Date && column.Type != ColumnType.Timestamp)
            subject.Error(DocumentCodes.InvalidCheck, at + ".freshness.column", $"{column.Name} is {column.Type.Sql}, which has no age", "name a DATE or TIMESTAMPTZ column");

        void Many(string field, IReadOnlyList<string>? names)
        {
            for (var i = 0; i < (names?.Count ?? 0); i++)
                One(FieldPath.Item(field, i), names![i]);
        }

        TableColumn? One(string field, string? name) => name is null ? null : Find(subject, at + field, name, table, schema);
    }

    private static void JudgeTarget(Subject subject, string field, ReferenceCheck reference, TableSchema target)
    {
        var names = reference.ToColumns ?? reference.Columns;
        for (var i = 0; i < names.Count; i++)
            Find(subject, FieldPath.Item(field + (reference.ToColumns is null ? ".columns" : ".toColumns"), i), names[i], reference.To, target);
    }

    private static TableColumn? Find(Subject subject, string field, string name, string table, TableSchema schema)
    {
        var column = schema.Find(name);
        if (column is null)
            subject.Error(DocumentCodes.UnknownColumn, field, $"{table} has no column \"{name}\"", Spelling.Suggest(name, schema.Columns.Select(c => c.Name), "columns"));
        return column;
    }
}
