using System.Text.Json;
using System.Text.Json.Serialization;
using LakehouseOperator.Engine.Storage;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tables;

/// <summary>
/// <c>_lakehouse/owner.json</c> in a layer's location: the one Lakehouse whose tables lie there. Put only where there is none, so that two
/// which meet there at once cannot both have it.
/// </summary>
public static class LayerOwner
{
    public const string Key = "_lakehouse/owner.json";

    /// <exception cref="DiagnosticException"><see cref="TableCodes.LocationOwned"/>, or the store's errors.</exception>
    /// <param name="uid">Of the resource in its cluster, for people to see; it decides nothing, for a resource that is made again, or restored, has another. Null: it has none.</param>
    public static async Task ClaimAsync(
        IObjectStore layer, ResourceId lakehouse, bool takeOver, TimeProvider time, CancellationToken cancellationToken, string? uid = null)
    {
        var owner = new Owner($"{lakehouse.Namespace}/{lakehouse.Name}", time.GetUtcNow(), uid);
        var mark = Write(owner);
        while (true)
        {
            if (await layer.GetAsync(Key, cancellationToken) is { } bytes)
            {
                var present = Read(bytes);
                if (present?.Lakehouse != owner.Lakehouse && !takeOver)
                    throw Owned(layer, present?.Lakehouse);
                if (present?.Lakehouse != owner.Lakehouse)
                    await layer.PutAsync(Key, mark, cancellationToken);
                else if (uid is not null && uid != present.Uid)
                    await layer.PutAsync(Key, Write(present with { Uid = uid }), cancellationToken);
                return;
            }

            // Whatever came of it, what is there now decides.
            await layer.PutIfAbsentAsync(Key, mark, cancellationToken);
        }
    }

    private static DiagnosticException Owned(IObjectStore layer, string? owner) => new(
        TableCodes.LocationOwned,
        owner is null ? $"the owner mark {Key} in {layer.Location} cannot be read" : $"{layer.Location} belongs to the Lakehouse {owner}",
        "choose another location, or take this one with the annotation lakehouse.dev/take-over: \"true\"");

    private static byte[] Write(Owner owner) => JsonSerializer.SerializeToUtf8Bytes(owner, OwnerJson.Default.Owner);

    private static Owner? Read(byte[] mark)
    {
        try
        {
            return JsonSerializer.Deserialize(mark, OwnerJson.Default.Owner);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal sealed record Owner(string Lakehouse, DateTimeOffset Since, string? Uid = null);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(LayerOwner.Owner))]
internal sealed partial class OwnerJson : JsonSerializerContext;
