namespace LakehouseOperator.Engine.Ingest.Parsing.Texts;

/// <summary>
/// Exact decimal numbers: <c>[+-]digits[.digits][(e|E)[+-]digits]</c>, JSON's grammar with a plus sign and leading zeros allowed. A value
/// that a type holds exactly is accepted however it is written (<c>1e3</c>, <c>1.50</c>); nothing is ever rounded.
/// </summary>
internal static class DecimalText
{
    private const long FarExponent = 1_000_000_000;
    private const int FastDigits = 18;

    private static readonly Int128[] Powers = MakePowers();

    /// <summary>10^<paramref name="exponent"/>, to 10^38.</summary>
    public static Int128 Power(int exponent) => Powers[exponent];

    /// <param name="precision">Digits in all, at most 38.</param>
    /// <param name="unscaled">The value times 10^<paramref name="scale"/>.</param>
    public static ValueFault TryParse(ReadOnlySpan<byte> text, int precision, int scale, out Int128 unscaled)
    {
        if (TryParseShort(text, precision, scale, out var small))
        {
            unscaled = small;
            return ValueFault.None;
        }

        unscaled = 0;
        if (!TryScan(text, out var number))
            return ValueFault.Unreadable;
        return Place(text, number, precision, scale, out unscaled);
    }

    /// <summary>Few digits, no exponent, nothing to cut off; leaves everything else to the exact way.</summary>
    private static bool TryParseShort(ReadOnlySpan<byte> text, int precision, int scale, out long unscaled)
    {
        unscaled = 0;
        var at = text.Length > 0 && text[0] == '-' ? 1 : 0;
        var length = text.Length - at;
        if (length == 0 || length > FastDigits || scale > FastDigits)
            return false;
        var negative = at == 1;
        long value = 0;
        var point = -1;
        for (var i = at; i < text.Length; i++)
        {
            var digit = (uint)(text[i] - '0');
            if (digit <= 9)
                value = (value * 10) + digit;
            else if (text[i] == '.' && point < 0 && i > at && i < text.Length - 1)
                point = i;
            else
                return false;
        }

        var shift = scale - (point < 0 ? 0 : text.Length - point - 1);
        if (shift < 0 || length + shift > FastDigits)
            return false;
        value *= (long)Powers[shift];
        if (precision < FastDigits && value >= (long)Powers[precision])
            return false;
        unscaled = negative ? -value : value;
        return true;
    }

    private static bool TryScan(ReadOnlySpan<byte> text, out Scanned number)
    {
        number = default;
        var at = text.Length > 0 && text[0] is (byte)'-' or (byte)'+' ? 1 : 0;
        number.Negative = at == 1 && text[0] == '-';
        number.Start = at;
        at = SkipDigits(text, at);
        if (at == number.Start)
            return false;
        number.End = at;
        if (at < text.Length && text[at] == '.')
        {
            var fraction = at + 1;
            at = SkipDigits(text, fraction);
            if (at == fraction)
                return false;
            number.FractionDigits = at - fraction;
            number.End = at;
        }

        return at == text.Length || TryScanExponent(text, at, out number.Exponent);
    }

    private static bool TryScanExponent(ReadOnlySpan<byte> text, int at, out long exponent)
    {
        exponent = 0;
        if (text[at] is not ((byte)'e' or (byte)'E'))
            return false;
        at++;
        var negative = at < text.Length && text[at] == '-';
        if (at < text.Length && text[at] is (byte)'-' or (byte)'+')
            at++;
        if (at == text.Length || SkipDigits(text, at) != text.Length)
            return false;
        for (; at < text.Length; at++)
            exponent = Math.Min((exponent * 10) + (text[at] - '0'), FarExponent);
        if (negative)
            exponent = -exponent;
        return true;
    }

    private static ValueFault Place(ReadOnlySpan<byte> text, Scanned number, int precision, int scale, out Int128 unscaled)
    {
        unscaled = 0;
        var (start, end) = (number.Start, number.End);
        while (start < end && text[start] is (byte)'0' or (byte)'.')
            start++;
        if (start >= end)
            return ValueFault.None;
        var droppedZeros = 0L;
        while (text[end - 1] is (byte)'0' or (byte)'.')
            droppedZeros += text[--end] == '0' ? 1 : 0;
        var digits = (long)(end - start) - (text[start..end].Contains((byte)'.') ? 1 : 0);

        // The last digit counted is not zero, so a negative shift cuts off something.
        var shift = scale - number.FractionDigits + droppedZeros + number.Exponent;
        if (digits + shift > precision)
            return ValueFault.OutOfRange;
        if (shift < 0)
            return ValueFault.Inexact;
        for (var i = start; i < end; i++)
        {
            if (text[i] != '.')
                unscaled = (unscaled * 10) + (text[i] - '0');
        }

        unscaled *= Powers[(int)shift];
        if (number.Negative)
            unscaled = -unscaled;
        return ValueFault.None;
    }

    private static int SkipDigits(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && (uint)(text[at] - '0') <= 9)
            at++;
        return at;
    }

    private static Int128[] MakePowers()
    {
        var powers = new Int128[39];
        powers[0] = 1;
        for (var i = 1; i < powers.Length; i++)
            powers[i] = powers[i - 1] * 10;
        return powers;
    }

    /// <summary>Where the digits are, point included.</summary>
    private struct Scanned
    {
        public bool Negative;
        public int Start;
        public int End;
        public long FractionDigits;
        public long Exponent;
    }
}
