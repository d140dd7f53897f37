using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Serialization;

namespace LakehouseOperator.Pipelines.Specs;

/// <summary>
/// A Kubernetes quantity of bytes (<c>256Mi</c>, <c>10Gi</c>, <c>1.5G</c>, <c>1e6</c>, <c>1500000</c>): a whole number of them, never negative, below
/// 2^63. The fractions <c>m</c>, <c>u</c> and <c>n</c> of a byte are refused: <c>128m</c> is a slip for <c>128M</c>.
/// </summary>
[JsonConverter(typeof(QuantityConverter))]
public readonly partial record struct Quantity(long Bytes)
{
    private const string BinarySuffixes = "KMGTPE";

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    public static implicit operator long(Quantity quantity) => quantity.Bytes;

    /// <summary>The grammar of <c>k8s.io/apimachinery/pkg/api/resource</c>.</summary>
    /// <param name="problem">Why not, as the end of a sentence about the text.</param>
    public static bool TryParse(string text, out Quantity quantity, [NotNullWhen(false)] out string? problem)
    {
        quantity = default;
        var rest = text.AsSpan();
        if (rest.StartsWith("-"))
        {
            problem = "is negative";
            return false;
        }

        if (rest.StartsWith("+"))
            rest = rest[1..];
        var length = rest.IndexOfAnyExcept(NumberCharacters);
        var number = length < 0 ? rest : rest[..length];
        var suffix = length < 0 ? [] : rest[length..];
        var point = number.IndexOf('.');
        if (text.Length > 64 || number.IsEmpty || number.SequenceEqual(".") || number.Count('.') > 1)
        {
            problem = "is not a size in bytes";
            return false;
        }

        var fraction = point < 0 ? 0 : number.Length - point - 1;
        var digits = point < 0 ? number.ToString() : string.Concat(number[..point], number[(point + 1)..]);
        if (!TryScale(suffix, out var multiplier, out var exponent, out problem))
            return false;
        return TryWhole(BigInteger.Parse("0" + digits, CultureInfo.InvariantCulture) * multiplier, exponent - fraction, out quantity, out problem);
    }

    /// <exception cref="FormatException">The text is not a quantity of bytes.</exception>
    public static Quantity Parse(string text) =>
        TryParse(text, out var quantity, out var problem) ? quantity : throw new FormatException($"\"{text}\" {problem}");

    /// <summary>With the largest binary suffix that leaves a whole number: <c>256Mi</c>, <c>1500</c>.</summary>
    public override string ToString()
    {
        var value = Bytes;
        var power = 0;
        while (value != 0 && value % 1024 == 0)
        {
            value /= 1024;
            power++;
        }

        return value.ToString(CultureInfo.InvariantCulture) + (power == 0 ? "" : $"{BinarySuffixes[power - 1]}i");
    }

    private static bool TryScale(ReadOnlySpan<char> suffix, out BigInteger multiplier, out int exponent, [NotNullWhen(false)] out string? problem)
    {
        multiplier = BigInteger.One;
        exponent = 0;
        problem = null;
        switch (suffix)
        {
            case "":
                return true;
            case "n" or "u" or "m":
                problem = $"counts fractions of a byte by its suffix {suffix}";
                return false;
            case "k":
                exponent = 3;
                return true;
            case [var decimalSuffix] when BinarySuffixes.IndexOf(decimalSuffix, StringComparison.Ordinal) is > 0 and var power:
                exponent = 3 * (power + 1);
                return true;
            case [var binarySuffix, 'i'] when BinarySuffixes.IndexOf(binarySuffix, StringComparison.Ordinal) is >= 0 and var power:
                multiplier = BigInteger.Pow(1024, power + 1);
                return true;
            case ['e' or 'E', .. var digits] when digits.Length <= 4 && int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent):
                return true;
            default:
                problem = $"has the unknown suffix \"{suffix}\"";
                return false;
        }
    }

    private static bool TryWhole(BigInteger value, int exponent, out Quantity quantity, [NotNullWhen(false)] out string? problem)
    {
        quantity = default;
        problem = null;
        if (value.IsZero)
            return true;
        if (exponent < 0)
        {
            value = BigInteger.DivRem(value, BigInteger.Pow(10, -exponent), out var remainder);
            if (!remainder.IsZero)
                problem = "is not a whole number of bytes";
        }
        else
        {
            value *= BigInteger.Pow(10, exponent);
        }

        if (value > long.MaxValue)
            problem = "is more than 2^63-1 bytes";
        if (problem is not null)
            return false;
        quantity = new Quantity((long)value);
        return true;
    }
}
