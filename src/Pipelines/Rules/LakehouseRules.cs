using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Rules;

internal static class LakehouseRules
{
    /// <summary>Shorter, and a reader that is under way or a table log that is being cleaned would lose what it needs (tables.md, "Commit", rule 6).</summary>
    private static readonly TimeSpan LeastRetention = TimeSpan.FromHours(24);

    public static void Judge(Subject subject, LakehouseSpec spec)
    {
        foreach (var (layer, declared) in Declared(spec))
        {
            var field = FieldPath.Member("spec.layers", layer);
            if (!Layers.IsName(layer))
                subject.Error(DocumentCodes.UnknownLayer, field, $"\"{layer}\" cannot be a layer", Layers.Reserved.Contains(layer) ? "SQL engines have a schema of this name; choose another" : "use lower-case letters, digits and _, beginning with a letter, at most 63");
            if (declared.Location is { } location)
                LocationRules.Layer(subject, FieldPath.Member(field, "location"), location, hasStore: spec.Storage?.S3 is not null);
        }

        if (spec.Storage?.S3 is { } s3)
            StorageRules.Judge(subject, "spec.storage.s3", s3);
        JudgeOverlaps(subject, spec);
        JudgeTables(subject, spec.Tables);
        if (spec.Storage?.Volume is { } volume)
            StorageRules.Judge(subject, "spec.storage.volume", volume);
        if (spec.Runner is { } runner)
            RunnerRules.Judge(subject, "spec.runner", runner);
    }

    /// <summary>Two layers in one place would share their tables' folders.</summary>
    private static void JudgeOverlaps(Subject subject, LakehouseSpec spec)
    {
        var placed = Layers.Of(spec)
            .Select(layer => (Key: layer, Location: Layers.LocationOf(spec, layer)?.TrimEnd('/') + "/", Declared: spec.Layers?.GetValueOrDefault(layer)?.Location is not null))
            .Where(layer => layer.Location.Length > 1)
            .OrderBy(layer => layer.Declared)
            .ThenBy(layer => layer.Key, StringComparer.Ordinal)
            .ToList();
        for (var i = 1; i < placed.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var (a, b) = (placed[i].Location, placed[j].Location);
                if (!placed[i].Declared || (!a.StartsWith(b, StringComparison.Ordinal) && !b.StartsWith(a, StringComparison.Ordinal)))
                    continue;
                subject.Error(
                    DocumentCodes.InvalidLocation, FieldPath.Member(FieldPath.Member("spec.layers", placed[i].Key), "location"),
                    $"the layers \"{placed[j].Key}\" and \"{placed[i].Key}\" lie in each other", "give each layer a folder of its own");
            }
        }
    }

    private static IEnumerable<KeyValuePair<string, LayerSpec>> Declared(LakehouseSpec spec) => spec.Layers ?? Enumerable.Empty<KeyValuePair<string, LayerSpec>>();

    private static void JudgeTables(Subject subject, TablesSpec? tables)
    {
        Retention("spec.tables.logRetention", tables?.LogRetention);
        Retention("spec.tables.fileRetention", tables?.FileRetention);
        if (tables?.TargetFileSize is { } size && size.Bytes is < 1L << 20 or > 4L << 30)
            subject.Error(DocumentCodes.OutOfRange, "spec.tables.targetFileSize", $"{size} is not within 1Mi to 4Gi");

        void Retention(string field, Duration? retention)
        {
            if (retention is { } given && given.Value < LeastRetention)
                subject.Error(DocumentCodes.InvalidSetting, field, $"{given} is shorter than 24h, so readers could lose files under their hands", "use at least 24h");
        }
    }
}
