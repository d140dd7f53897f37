using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Storage.S3;

/// <summary>
/// Whether a store honours conditional puts, found out and not believed: of two puts one must be refused, and of eight at once exactly one may win. Its objects have
/// names that nobody else uses, and are removed: what a process that was killed left, by a later one. Asked once for each bucket of a connection.
/// </summary>
internal static class S3Probe
{
    private const int Writers = 8;
    private const int Tries = 5;
    private const string Folder = "_lakehouse/probe";

    /// <summary>No probe takes so long, and no clock that a store accepts is so far from its own.</summary>
    internal static readonly TimeSpan Leftover = TimeSpan.FromHours(1);

    /// <exception cref="DiagnosticException"><see cref="TableCodes.ConditionalWritesUnsupported"/>, or the store cannot be used at all.</exception>
    public static async Task RequireAsync(S3Store layer, CancellationToken cancellationToken)
    {
        if (layer.Connection.Probed.ContainsKey(layer.Bucket))
            return;

        // What is wrong otherwise is told by a request that may be repeated, and sooner.
        await layer.GetAsync(Folder, cancellationToken);
        await RemoveLeftoversAsync(layer, cancellationToken);
        var keys = new List<string>();
        try
        {
            await RequireRefusalAsync(layer, keys, cancellationToken);
            await RequireOneWinnerAsync(layer, keys, cancellationToken);
            layer.Connection.Probed[layer.Bucket] = true;
        }
        finally
        {
            await RemoveAsync(layer, keys);
        }
    }

    private static async Task RequireRefusalAsync(S3Store layer, List<string> keys, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var key = Key(keys);
            var first = await layer.PutIfAbsentAsync(key, "first"u8.ToArray(), cancellationToken);
            if (first == PutOutcome.AlreadyExists)
                throw Unsupported(layer, "refuses a put with \"If-None-Match: *\" where there is no object");
            var second = await layer.PutIfAbsentAsync(key, "second"u8.ToArray(), cancellationToken);
            if (second == PutOutcome.Created && first == PutOutcome.Created)
                throw Unsupported(layer, "ignores \"If-None-Match: *\": a second put replaced the first");
            if (first == PutOutcome.Created && second == PutOutcome.AlreadyExists)
            {
                if (await layer.GetAsync(key, cancellationToken) is { } content && content.AsSpan().SequenceEqual("first"u8))
                    return;
                throw Unsupported(layer, "refuses a put with \"If-None-Match: *\", and carries it out nevertheless");
            }

            // Replies got lost: nothing is known yet.
            if (attempt == Tries)
                throw Undecided(layer);
        }
    }

    private static async Task RequireOneWinnerAsync(S3Store layer, List<string> keys, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var key = Key(keys);
            var outcomes = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => layer.PutIfAbsentAsync(key, new[] { (byte)writer }, cancellationToken)));
            var winners = Enumerable.Range(0, Writers).Where(writer => outcomes[writer] == PutOutcome.Created).ToList();
            if (winners.Count > 1)
                throw Unsupported(layer, $"let {winners.Count} of {Writers} writers create one object");
            var content = await layer.GetAsync(key, cancellationToken);
            if (content is [var found] && (winners is [var winner] ? found == winner : found < Writers && outcomes[found] == PutOutcome.Unknown))
                return;
            if (winners.Count == 1)
                throw Unsupported(layer, "told one writer that it created an object, and holds another's");
            if (attempt == Tries)
                throw Undecided(layer);
        }
    }

    private static string Key(List<string> keys)
    {
        keys.Add($"{Folder}/{Guid.NewGuid():N}");
        return keys[^1];
    }

    private static async Task RemoveLeftoversAsync(S3Store layer, CancellationToken cancellationToken)
    {
        var before = layer.Connection.Time.GetUtcNow() - Leftover;
        var left = new List<string>();
        try
        {
            await foreach (var found in layer.ListAsync(Folder + "/", null, cancellationToken))
            {
                if (found.LastModified < before)
                    left.Add(found.Key);
            }
        }
        catch (DiagnosticException)
        {
            return; // whoever needs a listing is told of it there
        }

        await RemoveAsync(layer, left);
    }

    private static async Task RemoveAsync(S3Store layer, List<string> keys)
    {
        foreach (var key in keys)
        {
            try
            {
                await layer.DeleteAsync(key, CancellationToken.None);
            }
            catch (DiagnosticException)
            {
                return; // a few bytes are left; what the probe found is what matters
            }
        }
    }

    private static DiagnosticException Unsupported(S3Store layer, string observed) => S3Errors.ConditionalWritesUnsupported(layer.Location, observed);

    private static DiagnosticException Undecided(S3Store layer) => new(
        TableCodes.StoreUnreachable, $"{layer.Connection.Endpoint} answers too seldom to tell whether it honours conditional puts", "look at the store's health");
}
