using System.Security.Cryptography;
using System.Text;

namespace LakehouseOperator.Operator.Objects;

/// <summary>
/// Names of what the operator creates: <c>&lt;name, 40&gt;-&lt;hash&gt;</c>, valid as a DNS label whatever the resource is called. The hash is over everything that
/// tells two objects apart, so that creating the same object twice meets itself, and two that differ never meet.
/// </summary>
internal static class ChildNames
{
    private const int NameLength = 40;
    private const int HashLength = 10;

    /// <summary>Without vowels and what is taken for another: no words come about by chance.</summary>
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    public static string Of(string name, params ReadOnlySpan<string> distinguishes) => $"{Stem(name)}-{Hash(distinguishes)}";

    /// <summary>Of the parts in their order; no part can lend characters to the next.</summary>
    public static string Hash(params ReadOnlySpan<string> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
            text.Append(part.Length).Append(':').Append(part);
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
        return string.Create(HashLength, digest, static (name, bytes) =>
        {
            for (var i = 0; i < name.Length; i++)
                name[i] = Alphabet[((bytes[2 * i] << 8) | bytes[(2 * i) + 1]) % Alphabet.Length];
        });
    }

    private static string Stem(string name)
    {
        var label = string.Create(Math.Min(name.Length, NameLength), name, static (stem, from) =>
        {
            for (var i = 0; i < stem.Length; i++)
                stem[i] = char.IsAsciiLetterLower(from[i]) || char.IsAsciiDigit(from[i]) ? from[i] : '-';
        }).Trim('-');
        return label.Length > 0 ? label : "x";
    }
}
