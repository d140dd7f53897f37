using System.Security.Cryptography;
using Amazon.S3;

namespace LakehouseOperator.Engine.Storage.S3;

/// <summary>
/// What a bucket's ETags are. Most stores make them MD5 digests, of the object or of its parts' digests; some do not, and none says so. One that fits proves that they
/// are; one that does not fit, twice over the same bytes and before any did, that they are not. From then on a digest that does not fit is damage.
/// </summary>
internal sealed class S3Digests
{
    private readonly Kind whole = new();
    private readonly Kind parts = new();

    /// <summary>The ETag without quotes; null where it is no digest that could be compared: encrypted, or in parts of others' making.</summary>
    /// <param name="ranges">How many ranges the object was read in.</param>
    public static string? Comparable(string? etag, ServerSideEncryptionMethod? encryption, int ranges)
    {
        if (etag is null || (encryption is not null && encryption != ServerSideEncryptionMethod.None && encryption != ServerSideEncryptionMethod.AES256))
            return null;
        var text = etag.Trim('"');
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var digest = dash < 0 ? text : text[..dash];
        if (digest.Length != 32 || !digest.All(char.IsAsciiHexDigit))
            return null;
        return dash < 0 || text[(dash + 1)..] == ranges.ToString(System.Globalization.CultureInfo.InvariantCulture) ? text.ToLowerInvariant() : null;
    }

    /// <summary>The digest of an object put in one.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "The store's own digest; it guards against accidents only.")]
    public static string Of(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(MD5.HashData(content));

    /// <summary>The digest of an object put in parts.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "The store's own digest; it guards against accidents only.")]
    public static string OfParts(IReadOnlyList<byte[]> digests) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(MD5.HashData([.. digests.SelectMany(static one => one)]))}-{digests.Count}");

    /// <summary>As <see cref="OfParts(IReadOnlyList{byte[]})"/>, where all is at hand.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "The store's own digest; it guards against accidents only.")]
    public static string OfParts(byte[] content, int partBytes) =>
        OfParts([.. content.Chunk(partBytes).Select(MD5.HashData)]);

    public bool AreCompared(string etag) => Of(etag).Known != Known.Others;

    /// <summary>Judges what was read.</summary>
    /// <param name="etag">As <see cref="Comparable"/> gave it.</param>
    /// <param name="before">The digest of what was read before of the same object, where that did not fit.</param>
    /// <returns>True: the bytes are right, or cannot be judged. False: read again.</returns>
    public bool Accept(string etag, string digest, string? before)
    {
        var kind = Of(etag);
        if (digest == etag)
        {
            kind.Known = Known.Digests;
            return true;
        }

        if (kind.Known == Known.Nothing && digest == before)
            kind.Known = Known.Others;
        return kind.Known == Known.Others;
    }

    private Kind Of(string etag) => etag.Contains('-', StringComparison.Ordinal) ? parts : whole;

    private enum Known
    {
        Nothing,
        Digests,
        Others,
    }

    private sealed class Kind
    {
        private volatile Known known;

        public Known Known
        {
            get => known;
            set => known = value;
        }
    }
}
