using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>What can be said of Redis streams without asking the server.</summary>
internal static class RedisRules
{
    private const string Field = "spec.source.redisStreams";

    public static void Judge(Subject subject, RedisStreamsSourceSpec redis, IReadOnlyList<IngestedTableSpec> tables)
    {
        JudgeUrl(subject, redis.Url);
        if (redis.CredentialsSecretRef is { } credentials)
        {
            StorageRules.JudgeSecret(subject, Field + ".credentialsSecretRef", credentials.Name);
            StorageRules.JudgeKey(subject, Field + ".credentialsSecretRef.keys.username", credentials.Keys?.Username);
            StorageRules.JudgeKey(subject, Field + ".credentialsSecretRef.keys.password", credentials.Keys?.Password);
        }

        if (redis.CaSecretRef is { } authority)
        {
            StorageRules.JudgeSecret(subject, Field + ".caSecretRef", authority.Name);
            StorageRules.JudgeKey(subject, Field + ".caSecretRef.key", authority.Key);
            if (redis.Url.StartsWith("redis://", StringComparison.OrdinalIgnoreCase))
                subject.Error(DocumentCodes.InvalidSetting, Field + ".caSecretRef", "the server is not spoken to over TLS, so no certificate is looked at", "write the URL as rediss://, or remove caSecretRef");
        }

        if (redis.TakeOverGroup is not null && redis.StartFrom is not RedisStartFrom.Group)
            subject.Error(DocumentCodes.InvalidSetting, Field + ".takeOverGroup", "a group is taken over only with startFrom: Group", "set startFrom: Group, or remove takeOverGroup");
        JudgeStreams(subject, tables);
    }

    private static void JudgeStreams(Subject subject, IReadOnlyList<IngestedTableSpec> tables)
    {
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < tables.Count; i++)
        {
            var at = FieldPath.Item("spec.tables", i);
            if (tables[i].From is not { } stream)
                subject.Error(DocumentCodes.InvalidSetting, at, $"\"from\" is missing: {tables[i].Name} does not say which stream it is", "add from: the stream's key");
            else if (!seen.TryAdd(stream, tables[i].Name))
                subject.Error(DocumentCodes.InvalidSetting, at + ".from", $"the stream \"{stream}\" becomes {seen[stream]} already", "read it once, and make the second table by a Transformation");
        }
    }

    /// <summary>What may hold a password is never repeated.</summary>
    private static void JudgeUrl(Subject subject, string url)
    {
        const string At = Field + ".url";
        if (url.Contains('@', StringComparison.Ordinal))
        {
            subject.Error(DocumentCodes.InvalidLocation, At, "a URL holds no user and no password", "put them into a Secret and name it in credentialsSecretRef");
            return;
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("redis" or "rediss") || parsed.Host.Length == 0)
            subject.Error(DocumentCodes.InvalidLocation, At, "this is not the URL of a Redis server", "redis://host:6379/0, or rediss:// for TLS");
        else if (parsed.Query.Length > 0 || parsed.Fragment.Length > 0 || !(parsed.AbsolutePath is "" or "/" || (parsed.AbsolutePath.Length <= 10 && parsed.AbsolutePath[1..].All(char.IsAsciiDigit))))
            subject.Error(DocumentCodes.InvalidLocation, At, "after the host a URL has the database's number and nothing else", "redis://host:6379/0");
    }
}
