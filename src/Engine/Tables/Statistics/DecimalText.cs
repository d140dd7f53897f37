using System.Globalization;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Engine.Tables.Statistics;

/// <summary>Decimals of up to 38 digits as whole numbers of the column's smallest unit.</summary>
internal static class DecimalText
{
    /// <summary>Null where the text is no number, has more digits after the point than the type, or does not fit.</summary>
    public static Int128? Parse(string text, ColumnType.Decimal type)
    {
        var exponent = 0;
        var mantissa = text.AsSpan();
        var e = mantissa.IndexOfAny('e', 'E');
        if (e >= 0)
        {
            if (!int.TryParse(mantissa[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent) || Math.Abs(exponent) > 100)
                return null;
            mantissa = mantissa[..e];
        }

        var negative = mantissa is ['-', ..];
        var digits = negative ? mantissa[1..] : mantissa;
        var point = digits.IndexOf('.');
        var fraction = point < 0 ? 0 : digits.Length - point - 1;
        var whole = point < 0 ? digits.ToString() : string.Concat(digits[..point], digits[(point + 1)..]);
        if (whole.Length == 0 || whole.AsSpan().ContainsAnyExceptInRange('0', '9'))
            return null;
        return Scale(whole, type.Scale - fraction + exponent) is { } value && value < Power(type.Precision) ? negative ? -value : value : null;
    }

    /// <summary>DuckDB prints no digit before the point where the type has none (<c>-.5</c>), which neither JSON nor other readers take.</summary>
    public static string WithDigit(string text) => text switch
    {
        ['.', ..] => "0" + text,
        ['-', '.', ..] => "-0" + text[1..],
        _ => text,
    };

    private static Int128? Scale(string digits, int shift)
    {
        digits = digits.TrimStart('0');
        if (shift < 0)
        {
            var cut = Math.Min(digits.Length, -shift);
            if (digits.AsSpan(digits.Length - cut).ContainsAnyExcept('0'))
                return null;
            digits = digits[..^cut];
        }
        else if (digits.Length > 0)
        {
            digits = digits.PadRight(Math.Min(digits.Length + shift, 60), '0');
        }

        return digits.Length switch
        {
            0 => 0,
            > 38 => null,
            _ => Int128.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture),
        };
    }

    private static Int128 Power(int digits)
    {
        Int128 power = 1;
        for (var i = 0; i < digits; i++)
            power *= 10;
        return power;
    }
}
