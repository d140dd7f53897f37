using LakehouseOperator.Engine.Connections;
using LakehouseOperator.Engine.Secrets;
using LakehouseOperator.Engine.Sources.Files;
using LakehouseOperator.Engine.Sources.Generator;
using LakehouseOperator.Engine.Sources.RedisStreams;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Engine.Sources;

/// <summary>Which folder serves which member of the union <see cref="SourceSpec"/>.</summary>
public static class SourceCatalog
{
    /// <exception cref="ArgumentException">No member is set; validation refuses that before.</exception>
    /// <param name="guard">Where the source may not be; null: anywhere. With one this is a pod, whose own files (tokens, Secrets) no link on the volume may name.</param>
    public static ISource Create(SourceSpec spec, ISecrets secrets, TimeProvider time, ConnectGuard? guard = null) => spec switch
    {
        { Generator: { } generator } => new GeneratorSource(generator, time),
        { Files: { } files } => new FilesSource(files, time, guard is null ? null : VolumeStorageSpec.MountPath),
        { RedisStreams: { } redis } => new RedisStreamsSource(redis, secrets, time, guard),
        _ => throw new ArgumentException("the source has no member", nameof(spec)),
    };
}
