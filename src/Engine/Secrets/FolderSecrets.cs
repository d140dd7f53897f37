namespace LakehouseOperator.Engine.Secrets;

/// <summary>Files <c>DIR/&lt;secret&gt;/&lt;key&gt;</c>, as kubelet mounts them and <c>--secrets</c> takes them.</summary>
public sealed class FolderSecrets(string folder) : ISecrets
{
    /// <summary>What a Secret holds at most, by the Kubernetes API.</summary>
    private const int MaxBytes = 1 << 20;

    public ReadOnlyMemory<byte>? Find(string secret, string key)
    {
        if (!IsName(secret) || !IsName(key))
            return null;
        try
        {
            // Kubelet's files are links, whose own length says nothing.
            using var file = File.OpenRead(Path.Combine(folder, secret, key));
            if (file.Length > MaxBytes)
                return null;
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What a Secret and its keys can be called; nothing else leads out of the folder.</summary>
    private static bool IsName(string name) =>
        name is not ("" or "." or "..") && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
