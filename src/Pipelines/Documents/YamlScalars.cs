using System.Globalization;
using System.Numerics;

namespace LakehouseOperator.Pipelines.Documents;

/// <summary>
/// Plain scalars as kubectl reads them: go-yaml v2's <c>resolve</c> behind sigs.k8s.io/yaml, which is YAML 1.1 without base 60, with timestamps
/// left as strings. <c>y</c>, <c>n</c>, <c>on</c> and <c>off</c> are booleans, <c>0755</c> and <c>0o755</c> octal, <c>1_000</c> a thousand, and
/// <c>1e400</c>, which no double holds, a string.
/// </summary>
internal static class YamlScalars
{
    private static readonly HashSet<string> Trues = ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"];
    private static readonly HashSet<string> Falses = ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"];
    private static readonly HashSet<string> Infinities = [".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN"];

    /// <summary>The kind and JSON's spelling of it. A null text: not finite, so nothing that JSON can hold.</summary>
    public static (ScalarKind Kind, string? Text) Resolve(string raw)
    {
        if (raw is "" or "~" or "null" or "Null" or "NULL")
            return (ScalarKind.Null, "null");
        if (Trues.Contains(raw))
            return (ScalarKind.Bool, "true");
        if (Falses.Contains(raw))
            return (ScalarKind.Bool, "false");
        if (Infinities.Contains(raw))
            return (ScalarKind.Float, null);
        string? text;
        var first = raw[0];
        if (first == '.')
            return AreUnderscoresBetweenDigits(raw) && TryFloat(raw.Replace("_", "", StringComparison.Ordinal), out text) ? (ScalarKind.Float, text) : (ScalarKind.String, raw);
        if (!char.IsAsciiDigit(first) && first is not ('+' or '-'))
            return (ScalarKind.String, raw);

        var plain = raw.Replace("_", "", StringComparison.Ordinal);
        if (TryInteger(plain, out var integer))
            return (ScalarKind.Integer, integer.ToString(CultureInfo.InvariantCulture));
        return TryFloat(plain, out text) ? (ScalarKind.Float, text) : (ScalarKind.String, raw);
    }

    /// <summary>JSON's shortest spelling that reads back as the same double.</summary>
    public static string Spell(double value) => value == 0 ? "0" : value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Go's <c>strconv.ParseInt(text, 0, 64)</c>, then <c>ParseUint</c>, which takes no sign.</summary>
    private static bool TryInteger(string text, out BigInteger value)
    {
        value = default;
        var signed = text.Length > 0 && text[0] is '+' or '-';
        var negative = signed && text[0] == '-';
        var digits = text.AsSpan(signed ? 1 : 0);
        var radix = 10;
        if (digits.Length > 1 && digits[0] == '0')
        {
            (radix, var skip) = digits[1] switch
            {
                'x' or 'X' => (16, 2),
                'o' or 'O' => (8, 2),
                'b' or 'B' => (2, 2),
                _ => (8, 1),
            };
            digits = digits[skip..];
        }

        // 64 bits take at most 64 digits, leading zeros apart; longer texts are no integer of Go's, and not worth the arithmetic.
        if (digits.Length == 0 || digits.TrimStart('0').Length > 64)
            return false;
        var magnitude = BigInteger.Zero;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix)
                return false;
            magnitude = (magnitude * radix) + digit;
        }

        value = negative ? -magnitude : magnitude;
        return value >= long.MinValue && value <= (signed ? long.MaxValue : ulong.MaxValue);
    }

    /// <summary>go-yaml's <c>[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?</c>; out of a double's range is no float.</summary>
    private static bool TryFloat(string text, out string? spelled)
    {
        spelled = null;
        var at = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        var whole = Digits(text, ref at);
        var fraction = 0;
        if (at < text.Length && text[at] == '.')
        {
            at++;
            fraction = Digits(text, ref at);
            if (whole == 0 && fraction == 0)
                return false;
        }

        if (whole == 0 && fraction == 0)
            return false;
        if (at < text.Length && text[at] is 'e' or 'E')
        {
            at++;
            if (at < text.Length && text[at] is '+' or '-')
                at++;
            if (Digits(text, ref at) == 0)
                return false;
        }

        if (at != text.Length || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
            return false;
        spelled = Spell(value);
        return true;
    }

    /// <summary>Go's <c>ParseFloat</c>, which alone sees texts that begin with a point, takes them nowhere else.</summary>
    private static bool AreUnderscoresBetweenDigits(string text)
    {
        for (var at = text.IndexOf('_', StringComparison.Ordinal); at >= 0; at = text.IndexOf('_', at + 1))
        {
            if (at == 0 || at + 1 == text.Length || !char.IsAsciiDigit(text[at - 1]) || !char.IsAsciiDigit(text[at + 1]))
                return false;
        }

        return true;
    }

    private static int Digits(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        return at - start;
    }
}
