using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Rules;

/// <summary>What can be said of a store without asking it.</summary>
internal static class StorageRules
{
    public static void Judge(Subject subject, string field, S3StorageSpec s3)
    {
        if (BucketProblem(s3.Bucket) is { } problem)
            subject.Error(DocumentCodes.InvalidLocation, field + ".bucket", $"the bucket \"{s3.Bucket}\" {problem}", "write the bucket's plain name; a prefix belongs into spec.layers.<layer>.location");
        if (s3.Endpoint is { } endpoint)
            JudgeEndpoint(subject, field + ".endpoint", endpoint);
        if (s3.Region is { } region && !region.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            subject.Error(DocumentCodes.InvalidSetting, field + ".region", "a region consists of letters, digits, hyphens and underscores", "such as eu-central-1; stores of your own mostly take us-east-1, R2 takes auto");
        if (s3.CredentialsSecretRef is { } credentials)
        {
            JudgeSecret(subject, field + ".credentialsSecretRef", credentials.Name);
            JudgeKey(subject, field + ".credentialsSecretRef.keys.accessKeyId", credentials.Keys?.AccessKeyId);
            JudgeKey(subject, field + ".credentialsSecretRef.keys.secretAccessKey", credentials.Keys?.SecretAccessKey);
            JudgeKey(subject, field + ".credentialsSecretRef.keys.sessionToken", credentials.Keys?.SessionToken);
        }

        if (s3.CaSecretRef is not { } authority)
            return;
        JudgeSecret(subject, field + ".caSecretRef", authority.Name);
        JudgeKey(subject, field + ".caSecretRef.key", authority.Key);
        if (s3.Endpoint?.StartsWith("http://", StringComparison.OrdinalIgnoreCase) == true)
            subject.Error(DocumentCodes.InvalidSetting, field + ".caSecretRef", "the endpoint is not spoken to over TLS, so no certificate is looked at", "write the endpoint as https://, or remove caSecretRef");
    }

    public static void Judge(Subject subject, string field, VolumeStorageSpec volume)
    {
        if (!KubernetesNames.IsSubdomain(volume.PersistentVolumeClaim.ClaimName))
            subject.Error(DocumentCodes.InvalidName, field + ".persistentVolumeClaim.claimName", $"\"{volume.PersistentVolumeClaim.ClaimName}\" cannot be the name of a PersistentVolumeClaim", "use lower-case letters, digits, dots and hyphens");
        if (volume.SubPath is { } path && (path.StartsWith('/') || path.Any(char.IsControl) || path.Split('/').Any(static part => part is "" or "." or "..")))
            subject.Error(DocumentCodes.InvalidLocation, field + ".subPath", $"\"{path}\" is not a path below the volume's root", "write a plain relative path, such as lakes/main");
    }

    /// <summary>By the bucket naming rules of Amazon S3, which every store's names satisfy; null where nothing is wrong.</summary>
    public static string? BucketProblem(string bucket)
    {
        if (bucket.Length is < 3 or > 63)
            return "is not 3 to 63 characters long";
        if (!bucket.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.'))
            return "has a character beside lower-case letters, digits, dots and hyphens";
        if (!char.IsAsciiLetterOrDigit(bucket[0]) || !char.IsAsciiLetterOrDigit(bucket[^1]))
            return "does not begin and end with a letter or digit";
        if (bucket.Contains("..", StringComparison.Ordinal))
            return "has two dots in a row";
        return bucket.Count(static c => c == '.') == 3 && bucket.All(static c => char.IsAsciiDigit(c) || c == '.') ? "looks like an IP address" : null;
    }

    /// <summary>What may hold a password is never repeated.</summary>
    private static void JudgeEndpoint(Subject subject, string field, string endpoint)
    {
        if (endpoint.Contains('@', StringComparison.Ordinal))
        {
            subject.Error(DocumentCodes.InvalidLocation, field, "an endpoint holds no user and no password", "put them into a Secret and name it in credentialsSecretRef");
            return;
        }

        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
            subject.Error(DocumentCodes.InvalidLocation, field, "the endpoint is not a URL of http or https", "such as http://minio.storage:9000");
        else if (url.AbsolutePath is not ("/" or "") || url.Query.Length > 0 || url.Fragment.Length > 0)
            subject.Error(DocumentCodes.InvalidLocation, field, "the endpoint has a path, a query or a fragment", $"write {url.GetLeftPart(UriPartial.Authority)}, and the bucket as spec.storage.s3.bucket");
    }

    /// <summary>A DNS subdomain, as Kubernetes names objects.</summary>
    internal static void JudgeSecret(Subject subject, string field, string name)
    {
        if (!name.Split('.').All(static part => part.Length > 0 && part[0] != '-' && part[^1] != '-' && part.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')))
            subject.Error(DocumentCodes.InvalidName, field + ".name", $"\"{name}\" cannot be the name of a Secret", "use lower-case letters, digits, dots and hyphens");
    }

    internal static void JudgeKey(Subject subject, string field, string? key)
    {
        if (key is not null && (key is "." or ".." || !key.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')))
            subject.Error(DocumentCodes.InvalidName, field, $"\"{key}\" cannot be a key of a Secret", "use letters, digits, dots, hyphens and underscores");
    }
}
