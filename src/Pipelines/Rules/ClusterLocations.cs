using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>
/// Where a pod finds folders: on the volume that its Lakehouse declares and nowhere else. Any other path would mean the container's own files, its Secrets and tokens among them. A laptop has no such
/// bounds, and is not judged by this.
/// </summary>
public static class ClusterLocations
{
    private const string Volume = "file://" + VolumeStorageSpec.MountPath + "/";
    private const string Plain = "name a folder below " + Volume + ", by its plain path without . and .. and % ? # \\";

    /// <summary>The first thing that is wrong with a Lakehouse in a cluster, beyond what is wrong anywhere; null: nothing.</summary>
    public static Diagnostic? Of(ResourceId id, LakehouseSpec spec)
    {
        if (spec.Storage is null)
            return Error(id, ClusterCodes.StorageMissing, "spec.storage", "a Lakehouse in a cluster needs storage that every pod can reach", "declare storage.s3 or storage.volume");
        foreach (var layer in Layers.Of(spec))
        {
            if (spec.Layers?.GetValueOrDefault(layer)?.Location is { } location && !Layers.IsInBucket(location)
                && Folder(id, FieldOf(layer), location, spec, id) is { } wrong)
            {
                return wrong;
            }
        }

        return spec.Storage.Volume is null ? null : Overlap(id, spec);
    }

    /// <summary>The same of an Ingestion.</summary>
    public static Diagnostic? Of(ResourceId id, IngestionSpec spec, ResourceId lakehouse, LakehouseSpec lake) =>
        spec.Source.Files is { } files ? Folder(id, "spec.source.files.location", files.Location, lake, lakehouse) : null;

    /// <summary>Where a layer of a Lakehouse in a cluster lies.</summary>
    public static string OfLayer(LakehouseSpec spec, string layer) => Layers.LocationOf(spec, layer) ?? Volume + layer;

    private static Diagnostic? Folder(ResourceId id, string field, string location, LakehouseSpec lake, ResourceId lakehouse)
    {
        if (!IsOnVolume(location))
            return Error(id, ClusterCodes.LocalPath, field, $"\"{location}\" is a path of a machine, which means nothing in a cluster", Plain);
        return lake.Storage?.Volume is null
            ? Error(id, ClusterCodes.StorageMissing, field, $"\"{location}\" lies on a volume, and {lakehouse} declares none", "declare spec.storage.volume in the Lakehouse" + (id == lakehouse ? ", or name a prefix of its bucket" : ""))
            : null;
    }

    /// <summary>Spelled in the one way that no reader of URLs or paths takes for another place.</summary>
    private static bool IsOnVolume(string location) =>
        location.StartsWith(Volume, StringComparison.Ordinal)
        && location[Volume.Length..].TrimEnd('/').Split('/').All(static part => part is not ("" or "." or "..") && !part.Any(static c => c is '%' or '?' or '#' or '\\' || char.IsControl(c)))
        && !location.EndsWith("//", StringComparison.Ordinal);

    /// <summary>Layers without a location have folders on the volume, too, which anywhere else nobody knows.</summary>
    private static Diagnostic? Overlap(ResourceId id, LakehouseSpec spec)
    {
        var placed = Layers.Of(spec).Select(layer => (Layer: layer, Location: OfLayer(spec, layer).TrimEnd('/') + "/")).ToList();
        foreach (var (layer, location) in placed.Where(one => spec.Layers?.GetValueOrDefault(one.Layer)?.Location is not null))
        {
            if (placed.FirstOrDefault(other => other.Layer != layer && (other.Location.StartsWith(location, StringComparison.Ordinal) || location.StartsWith(other.Location, StringComparison.Ordinal))) is { Layer: { } other })
                return Error(id, DocumentCodes.InvalidLocation, FieldOf(layer), $"the layers \"{other}\" and \"{layer}\" lie in each other", "give each layer a folder of its own");
        }

        return null;
    }

    private static string FieldOf(string layer) => FieldPath.Member(FieldPath.Member("spec.layers", layer), "location");

    private static Diagnostic Error(ResourceId id, ErrorCode code, string field, string message, string help) => new(code, DiagnosticSeverity.Error, message, id, field, Help: help);
}
