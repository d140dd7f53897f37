using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Local;

/// <summary>Where the layers of a Lakehouse lie on this machine.</summary>
public static class LakeLocations
{
    private const string Default = "lake";

    /// <summary><c>--lake DIR</c> overrides every layer by <c>DIR/&lt;layer&gt;</c>; without it a layer's own location counts; without either, <c>./lake/&lt;layer&gt;</c>.</summary>
    public static IReadOnlyDictionary<string, string> Of(LakehouseSpec lakehouse, string? lakeFolder) => Layers.Of(lakehouse).ToDictionary(
        layer => layer,
        layer => lakeFolder is null && lakehouse.Layers?.GetValueOrDefault(layer)?.Location is { } own ? own : Folder(lakeFolder ?? Default, layer),
        StringComparer.Ordinal);

    /// <summary>The layers that a folder holds: those that are always there, and every other folder in it that could be one.</summary>
    public static IReadOnlyDictionary<string, string> In(string lakeFolder)
    {
        var found = Directory.Exists(lakeFolder)
            ? Directory.EnumerateDirectories(lakeFolder).Select(path => Path.GetFileName(path)!).Where(name => Pipelines.TableName.IsPart(name))
            : [];
        return Layers.Always.Concat(found.Order(StringComparer.Ordinal)).Distinct(StringComparer.Ordinal)
            .ToDictionary(layer => layer, layer => Folder(lakeFolder, layer), StringComparer.Ordinal);
    }

    /// <param name="scratch">Where checkpoints are made and staged; null: the temporary folder.</param>
    public static Lake Open(IReadOnlyDictionary<string, string> locations, TimeProvider time, string? scratch = null) =>
        new(locations.ToDictionary(layer => layer.Key, layer => StoreFactory.Open(layer.Value, time), StringComparer.Ordinal), time, scratch);

    private static string Folder(string lake, string layer) => "file://" + Escaped(Path.GetFullPath(Path.Combine(lake, layer)));

    private static string Escaped(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
