using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LakehouseOperator.Operator.Objects;

namespace LakehouseOperator.Operator.Reports;

/// <summary>
/// What can be told of a token without asking anybody. Nothing of it is verified, so nothing is granted for it: what does not even claim to be for us is turned away without a word to the API server.
/// </summary>
internal static class PodToken
{
    private const string Scheme = "Bearer ";

    /// <summary>Null where there is none.</summary>
    public static string? Of(string? authorization) =>
        authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true && authorization[Scheme.Length..].Trim() is { Length: > 0 } token ? token : null;

    /// <summary>Tokens are remembered by this: whoever reads our memory has none of them.</summary>
    public static string Hash(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Three parts (RFC 7519, section 3), of which the middle one is an object whose <c>aud</c>, a text or a list of such (section 4.1.3), names our audience.</summary>
    public static bool ClaimsOurAudience(string token)
    {
        var parts = token.Split('.');
        if (parts is not [{ Length: > 0 }, { Length: > 0 } payload, { Length: > 0 }])
            return false;
        var claims = new byte[Base64Url.GetMaxDecodedLength(payload.Length)];
        if (Base64Url.DecodeFromChars(payload, claims, out _, out var written) != OperationStatus.Done)
            return false;
        try
        {
            using var document = JsonDocument.Parse(claims.AsMemory(0, written));
            return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("aud", out var audience) && audience.ValueKind switch
            {
                JsonValueKind.String => audience.ValueEquals(RunnerPod.Audience),
                JsonValueKind.Array => audience.EnumerateArray().Any(static one => one.ValueKind == JsonValueKind.String && one.ValueEquals(RunnerPod.Audience)),
                _ => false,
            };
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
