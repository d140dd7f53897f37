using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Pipelines.Rules;

internal static class TransformationRules
{
    /// <summary>Everything that can be said without the SQL's columns.</summary>
    /// <returns>The table that it writes, where the name is right.</returns>
    public static TableName? Judge(Subject subject, TransformationSpec spec)
    {
        if (string.IsNullOrWhiteSpace(spec.Sql))
            subject.Error(DocumentCodes.MissingField, "spec.sql", "the SQL is empty", "write one SELECT");
        if (spec.Trigger?.OnChange is { MinInterval: { } least, MaxWait: { } most } && most.Value < least.Value && most.Value > TimeSpan.Zero)
            subject.Warning(DocumentCodes.InvalidSetting, "spec.trigger.onChange", $"maxWait {most} is shorter than minInterval {least}, so it never counts");
        if (spec.Runner is { } runner)
            RunnerRules.Judge(subject, "spec.runner", runner);
        if (spec.Trigger?.Schedule is { } schedule)
            ScheduleRules.Judge(subject, "spec.trigger.schedule", schedule);
        return TableNameRules.Written(subject, "spec.table", spec.Table);
    }

    /// <summary>The table's columns once the SQL is bound, or only the partitions where it is not.</summary>
    public static TableSchema? JudgeOutput(Subject subject, TransformationSpec spec, IReadOnlyList<SqlResultColumn>? result) =>
        PartitionRules.Judge(subject, "spec.partitionBy", spec.PartitionBy, result is null ? null : Columns(subject, result));

    private static List<TableColumn>? Columns(Subject subject, IReadOnlyList<SqlResultColumn> result)
    {
        var columns = new List<TableColumn>();
        foreach (var column in result)
        {
            if (ColumnType.TryParseSql(column.Type, out var type, out var refusal))
                columns.Add(new TableColumn(column.Name, type));
            else
                subject.Error(SqlCodes.OutputTypeRefused, "spec.sql", $"column \"{column.Name}\": {refusal.Message}", refusal.Help);
        }

        var names = ColumnNames.Refuse(result.Select(column => column.Name));
        if (names is not null)
            subject.Error(SqlCodes.OutputNameRefused, "spec.sql", names.Message, names.Help);
        return names is null && columns.Count == result.Count ? columns : null;
    }
}
