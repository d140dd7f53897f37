using LakehouseOperator.Pipelines.Documents;

namespace LakehouseOperator.Engine.Secrets;

/// <summary><c>Secret</c> documents under <c>-f</c>; where a folder holds the secret too, the folder's counts.</summary>
public sealed class DocumentSecrets(SecretSet documents, string secretNamespace, ISecrets? folder) : ISecrets
{
    public ReadOnlyMemory<byte>? Find(string secret, string key) => folder?.Find(secret, key) ?? documents.Find(secretNamespace, secret, key);
}

/// <summary>For places that have none.</summary>
public sealed class NoSecrets : ISecrets
{
    public static readonly NoSecrets Instance = new();

    public ReadOnlyMemory<byte>? Find(string secret, string key) => null;
}
