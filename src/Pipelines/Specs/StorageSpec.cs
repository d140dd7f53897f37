using System.ComponentModel;

namespace LakehouseOperator.Pipelines.Specs;

/// <summary>The catalogue of stores: one member each, exactly one of them set.</summary>
[ExactlyOne]
public sealed record StorageSpec(S3StorageSpec? S3 = null, VolumeStorageSpec? Volume = null);

[Description("A volume that every pod can write at once. Without a cluster it is a folder, ./lake or what --lake names.")]
public sealed record VolumeStorageSpec(
    [property: Description("The claim, in the same namespace, of access mode ReadWriteMany.")] PersistentVolumeClaimRef PersistentVolumeClaim,
    [property: Description("Folder below the volume's root that layers lie in. Default: the root."), LengthBounds(1, 1024)] string? SubPath = null)
{
    /// <summary>Where a pod has the volume; layers without a location of their own are folders in it.</summary>
    public const string MountPath = "/lake";
}

public sealed record PersistentVolumeClaimRef([property: Description("Name of the PersistentVolumeClaim."), LengthBounds(1, 253)] string ClaimName);

[Description("A bucket of a store that speaks S3 and honours If-None-Match on puts: AWS, MinIO, R2, Ceph.")]
public sealed record S3StorageSpec(
    [property: Description("The bucket; layers without a location of their own lie at s3://<bucket>/<layer>."), LengthBounds(3, 63)] string Bucket,
    [property: Description("URL of the store, http or https, without a path. Omitted: AWS."), LengthBounds(1, 1024)] string? Endpoint = null,
    [property: Description("Region that requests are signed for. Default us-east-1."), LengthBounds(1, 64)] string? Region = null,
    [property: Description("Address buckets by path (http://host/bucket) and not by host name (http://bucket.host). Default: true with an endpoint, false without.")]
    bool? PathStyle = null,
    [property: Description("Secret with the access key. Omitted: the identity that the environment gives (pod identity, instance role, AWS_ variables).")]
    S3CredentialsRef? CredentialsSecretRef = null,
    [property: Description("Certificates, PEM, that the endpoint's is trusted by, beside those of the system.")]
    SecretKeyRef? CaSecretRef = null);

[Description("A Secret that holds an access key.")]
public sealed record S3CredentialsRef(
    [property: Description("Name of the Secret."), LengthBounds(1, 253)] string Name,
    [property: Description("Keys of the Secret, where they are called otherwise.")] S3CredentialKeys? Keys = null);

public sealed record S3CredentialKeys(
    [property: Description("Key that holds the access key's id. Default accessKeyId."), LengthBounds(1, 253)] string? AccessKeyId = null,
    [property: Description("Key that holds the secret access key. Default secretAccessKey."), LengthBounds(1, 253)] string? SecretAccessKey = null,
    [property: Description("Key that holds the session token of temporary credentials; it need not be there. Default sessionToken."), LengthBounds(1, 253)] string? SessionToken = null);

[Description("One value of a Secret.")]
public sealed record SecretKeyRef(
    [property: Description("Name of the Secret."), LengthBounds(1, 253)] string Name,
    [property: Description("Key in the Secret."), LengthBounds(1, 253)] string Key);
