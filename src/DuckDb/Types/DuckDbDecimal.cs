using System.Globalization;

namespace LakehouseOperator.DuckDb.Types;

/// <summary>A DECIMAL exactly: <c>Unscaled × 10^-Scale</c>, up to 38 digits.</summary>
public readonly record struct DuckDbDecimal(Int128 Unscaled, int Scale)
{
    /// <summary>With all digits after the point and at least one before it.</summary>
    public override string ToString()
    {
        var digits = Int128.Abs(Unscaled).ToString(CultureInfo.InvariantCulture);
        var sign = Unscaled < 0 ? "-" : "";
        if (Scale == 0)
            return sign + digits;
        digits = digits.PadLeft(Scale + 1, '0');
        return $"{sign}{digits.AsSpan(0, digits.Length - Scale)}.{digits.AsSpan(digits.Length - Scale)}";
    }

    /// <exception cref="OverflowException">It has more digits than a <see cref="decimal"/> holds.</exception>
    public decimal ToDecimal()
    {
        if (Scale <= 28 && Int128.Abs(Unscaled) < (Int128.One << 96))
        {
            var magnitude = (UInt128)Int128.Abs(Unscaled);
            return new decimal((int)magnitude, (int)(magnitude >> 32), (int)(magnitude >> 64), Unscaled < 0, (byte)Scale);
        }

        throw new OverflowException($"{this} has more digits than System.Decimal");
    }
}
