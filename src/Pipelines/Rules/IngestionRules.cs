using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Pipelines.Rules;

internal static class IngestionRules
{
    /// <summary>The tables whose names are right, with their columns where those are right too.</summary>
    public static IReadOnlyList<(TableName Name, TableSchema? Schema)> Judge(Subject subject, IngestionSpec spec)
    {
        JudgeSource(subject, spec);
        JudgeCommit(subject, spec.Commit);
        if (spec.Runner is { } runner)
            RunnerRules.Judge(subject, "spec.runner", runner);
        var tables = new List<(TableName, TableSchema?)>();
        for (var i = 0; i < spec.Tables.Count; i++)
        {
            var at = FieldPath.Item("spec.tables", i);
            var schema = SchemaOf(subject, at, spec.Tables[i]);
            if (TableNameRules.Written(subject, at + ".name", spec.Tables[i].Name) is { } name)
                tables.Add((name, schema));
        }

        return tables;
    }

    /// <summary>Declared columns, then partition columns, then our own.</summary>
    private static TableSchema? SchemaOf(Subject subject, string at, IngestedTableSpec table)
    {
        var columns = ColumnRules.Judge(subject, at + ".columns", table.Columns);
        var whole = columns.Count == table.Columns.Count;
        if (PartitionRules.Judge(subject, at + ".partitionBy", table.PartitionBy, whole ? columns : null) is not { } schema)
            return null;
        return schema with { Columns = [.. schema.Columns, .. IngestedColumns.Own] };
    }

    private static void JudgeSource(Subject subject, IngestionSpec spec)
    {
        if (spec.Source.Files is { } files)
            JudgeFiles(subject, files);
        if (spec.Source.RedisStreams is { } redis)
            RedisRules.Judge(subject, redis, spec.Tables);
        for (var i = 0; i < spec.Tables.Count; i++)
        {
            if (spec.Tables[i].From is not { } from)
                continue;
            var field = FieldPath.Item("spec.tables", i) + ".from";
            if (spec.Source.Generator is not null)
                subject.Error(DocumentCodes.InvalidSetting, field, "the generator has a single stream, which has no name", "remove \"from\"");
            else if (spec.Source.Files is not null)
                LocationRules.Pattern(subject, field, from);
        }
    }

    private static void JudgeFiles(Subject subject, FilesSourceSpec files)
    {
        LocationRules.Folder(subject, "spec.source.files.location", files.Location, absolute: false);
        if (files.Pattern is { } pattern)
            LocationRules.Pattern(subject, "spec.source.files.pattern", pattern);
        if (files.SettleFor is { } settle && settle.Value > TimeSpan.FromHours(24))
            subject.Error(DocumentCodes.OutOfRange, "spec.source.files.settleFor", $"{settle} is longer than 24h");
        if (files.Format.Csv is not { } csv)
            return;
        Character("delimiter", csv.Delimiter);
        Character("quote", csv.Quote);
        if ((csv.Delimiter ?? ",") == (csv.Quote ?? "\""))
            subject.Error(DocumentCodes.InvalidSetting, "spec.source.files.format.csv.quote", "delimiter and quote are the same character");

        void Character(string name, string? character)
        {
            if (character is "\n" or "\r" or "\0" || (character is [var c] && c > 127))
                subject.Error(DocumentCodes.InvalidSetting, $"spec.source.files.format.csv.{name}", $"the {name} is one ASCII character that ends no line");
        }
    }

    private static void JudgeCommit(Subject subject, CommitSpec? commit)
    {
        if (commit?.MaxInterval is { } interval && (interval.Value < TimeSpan.FromMilliseconds(100) || interval.Value > TimeSpan.FromHours(24)))
            subject.Error(DocumentCodes.OutOfRange, "spec.commit.maxInterval", $"{interval} is not within 100ms to 24h");
        if (commit?.MaxBytes is { } bytes && bytes.Bytes is < 64L << 10 or > 64L << 30)
            subject.Error(DocumentCodes.OutOfRange, "spec.commit.maxBytes", $"{bytes} is not within 64Ki to 64Gi");
    }
}
