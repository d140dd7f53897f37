using LakehouseOperator.Engine.Connections;
using LakehouseOperator.Engine.Secrets;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Engine.Storage.S3;
using LakehouseOperator.Engine.Tables;
using LakehouseOperator.Pipelines.Plans;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Local;

/// <summary>Where the layers of a Lakehouse lie on this machine.</summary>
public static class LakeLocations
{
    private const string DefaultFolder = "lake";

    /// <summary><c>--lake DIR</c> overrides every layer by <c>DIR/&lt;layer&gt;</c>; without it the layer's own location and the storage count; without any, <c>./lake/&lt;layer&gt;</c>.</summary>
    public static IReadOnlyDictionary<string, string> Of(LakehouseSpec lakehouse, string? lakeFolder) => Layers.Of(lakehouse).ToDictionary(
        layer => layer,
        layer => lakeFolder is null && Layers.LocationOf(lakehouse, layer) is { } own ? own : Folder(lakeFolder ?? DefaultFolder, layer),
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
        Open(locations, null, NoSecrets.Instance, time, scratch);

    /// <param name="s3">Where the buckets are that layers lie in; nothing is asked of them yet.</param>
    /// <param name="secrets">Those that <paramref name="s3"/> names.</param>
    /// <param name="guard">Where the store may not be; null: anywhere.</param>
    public static Lake Open(
        IReadOnlyDictionary<string, string> locations, S3Plan? s3, ISecrets secrets, TimeProvider time, string? scratch = null, ConnectGuard? guard = null)
    {
        var connection = s3 is not null && locations.Values.Any(Layers.IsInBucket) ? S3Connection.Open(s3, secrets, time, guard) : null;
        return new Lake(locations.ToDictionary(layer => layer.Key, layer => StoreFactory.Open(layer.Value, time, connection), StringComparer.Ordinal), time, scratch);
    }

    /// <summary>The plan of the store that a Lakehouse declares; null where it declares none.</summary>
    public static S3Plan? StoreOf(LakehouseSpec lakehouse) => lakehouse.Storage?.S3 is { } s3 ? Defaults.Of(s3) : null;

    private static string Folder(string lake, string layer) => "file://" + Escaped(Path.GetFullPath(Path.Combine(lake, layer)));

    private static string Escaped(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
