using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Secrets;

/// <summary>
/// Where the values of Secrets come from: files that kubelet mounts in a pod, a folder or <c>Secret</c> documents on a laptop. A value is read when it is needed and
/// again after it was refused, so that rotation needs no restart; it never becomes part of a plan, a log or an error.
/// </summary>
public interface ISecrets
{
    /// <summary>The bytes under the key of a secret; null where either is missing.</summary>
    ReadOnlyMemory<byte>? Find(string secret, string key);
}

/// <summary>What every reader of a secret does.</summary>
public static class SecretValues
{
    /// <summary>The value as UTF-8 text, without the line end that editors and <c>echo</c> leave behind.</summary>
    /// <param name="field">The field of the resource that names the secret, for the error.</param>
    /// <exception cref="DiagnosticException"><see cref="RunCodes.SecretMissing"/>: there is no such secret, no such key, or nothing in it.</exception>
    public static string Read(this ISecrets secrets, string secret, string key, string field) =>
        secrets.ReadOptional(secret, key) ?? throw new DiagnosticException(
            new Diagnostic(
                RunCodes.SecretMissing, DiagnosticSeverity.Error, $"{field}: secret \"{secret}\" has no value under \"{key}\"", Field: field,
                Help: $"put it into Secret \"{secret}\", or into the file {secret}/{key} of the folder that --secrets names"));

    /// <summary>As <see cref="Read"/>, for keys that need not be there; null where nothing is.</summary>
    public static string? ReadOptional(this ISecrets secrets, string secret, string key)
    {
        if (secrets.Find(secret, key) is not { } bytes)
            return null;
        var text = System.Text.Encoding.UTF8.GetString(bytes.Span).TrimEnd('\r', '\n');
        return text.Length == 0 ? null : text;
    }
}
