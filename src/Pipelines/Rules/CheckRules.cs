using System.Globalization;
using System.Text.Json;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>What a check says by itself, without its table.</summary>
internal static class CheckRules
{
    public static TableName? Judge(Subject subject, QualityCheckSpec spec)
    {
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < spec.Checks.Count; i++)
        {
            var at = FieldPath.Item("spec.checks", i);
            var check = spec.Checks[i];
            if (check.Name.Any(char.IsControl))
                subject.Error(DocumentCodes.InvalidName, at + ".name", "a check's name holds no control characters");
            ColumnRules.IsNew(subject, at + ".name", check.Name, seen);
            Judge(subject, at, check);
        }

        if (spec.Runner is { } runner)
            RunnerRules.Judge(subject, "spec.runner", runner);
        if (spec.Trigger?.Schedule is { } schedule)
            ScheduleRules.Judge(subject, "spec.trigger.schedule", schedule);
        return TableNameRules.Named(subject, "spec.table", spec.Table);
    }

    private static void Judge(Subject subject, string at, CheckSpec check)
    {
        if (check.RowCount is { } rowCount)
            Bounds(subject, at + ".rowCount", rowCount.Min, rowCount.Max);
        if (check.Metric is { } metric)
            Bounds(subject, at + ".metric", metric.Min, metric.Max);
        if (check.Missing is { Max: not null, MaxPercent: not null })
            subject.Error(DocumentCodes.InvalidCheck, at + ".missing", "max and maxPercent bound the same thing", "keep one of them");
        if (check.Freshness is { } freshness && freshness.MaxAge.Value == TimeSpan.Zero)
            subject.Error(DocumentCodes.InvalidCheck, at + ".freshness.maxAge", "no value is 0s old", "write the age that is still fresh, such as 1h");
        if (check.Unique is { } unique)
            Distinct(subject, at + ".unique.columns", unique.Columns);
        if (check.Values is { } values)
            Distinct(subject, at + ".values.in", [.. values.In.Select(Spell)], StringComparer.Ordinal);
        if (check.Reference is { } reference)
            JudgeReference(subject, at + ".reference", reference);
        if (check.Schema is { } schema)
            JudgeSchema(subject, at, check, schema);
        foreach (var (field, text) in Expressions(at, check))
        {
            if (string.IsNullOrWhiteSpace(text))
                subject.Error(DocumentCodes.MissingField, field, "the expression is empty");
        }
    }

    /// <summary>The SQL fragments of a check with their fields.</summary>
    public static IEnumerable<(string Field, string Text)> Expressions(string at, CheckSpec check)
    {
        if (check.Where is { } where)
            yield return (at + ".where", where);
        if (check.Metric is { } metric)
            yield return (at + ".metric.expression", metric.Expression);
        if (check.Rows is { } rows)
            yield return (at + ".rows.failing", rows.Failing);
    }

    private static void Bounds(Subject subject, string field, double? min, double? max)
    {
        if (min is null && max is null)
            subject.Error(DocumentCodes.InvalidCheck, field, "a check without min and max passes always", "set min, max or both");
        else if (min > max)
            subject.Error(DocumentCodes.InvalidCheck, field, string.Create(CultureInfo.InvariantCulture, $"min {min} is more than max {max}"), "swap them");
    }

    private static void JudgeReference(Subject subject, string field, ReferenceCheck reference)
    {
        Distinct(subject, field + ".columns", reference.Columns);
        TableNameRules.Named(subject, field + ".to", reference.To);
        if (reference.ToColumns is not { } to)
            return;
        Distinct(subject, field + ".toColumns", to);
        if (to.Count != reference.Columns.Count)
            subject.Error(DocumentCodes.InvalidCheck, field + ".toColumns", $"columns names {reference.Columns.Count} and toColumns {to.Count}", "name as many, in the same order");
    }

    private static void JudgeSchema(Subject subject, string at, CheckSpec check, SchemaCheck schema)
    {
        if (check.Where is not null)
            subject.Error(DocumentCodes.InvalidCheck, at + ".where", "a schema has no rows to choose from", "remove \"where\"");
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < schema.Columns.Count; i++)
        {
            var column = FieldPath.Item(at + ".schema.columns", i);
            ColumnRules.IsNew(subject, column + ".name", schema.Columns[i].Name, seen);
            ColumnRules.TypeOf(subject, column + ".type", schema.Columns[i].Type);
        }
    }

    private static void Distinct(Subject subject, string field, IReadOnlyList<string> names, StringComparer? comparer = null)
    {
        var seen = new HashSet<string>(comparer ?? StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < names.Count; i++)
        {
            if (!seen.Add(names[i]))
                subject.Error(DocumentCodes.DuplicateName, FieldPath.Item(field, i), "this comes twice in the list", "remove it");
        }
    }

    private static string Spell(JsonElement value) => value.ValueKind == JsonValueKind.String ? "\"" + value.GetString() : value.GetRawText();
}
