namespace LakehouseOperator.Engine.Ingest.Parsing.Texts;

/// <summary>
/// Dates (<c>2026-01-31</c>) and instants (RFC 3339 section 5.6, also with a space for the T, an offset of <c>±hh</c> or <c>±hhmm</c>, or none,
/// which is UTC as for every connection of ours). Digits finer than a microsecond are cut off. No leap seconds, no hour 24; years 1 to 9999.
/// </summary>
internal static class TimestampText
{
    public const long MicrosOfSecond = 1_000_000;
    public const long MicrosOfDay = 86_400 * MicrosOfSecond;
    public const long Least = -62_135_596_800_000_000;
    public const long Most = 253_402_300_799_999_999;
    private const int DateLength = 10;
    private const int SecondsEnd = 19;

    /// <param name="days">Since 1970-01-01.</param>
    public static ValueFault TryParseDate(ReadOnlySpan<byte> text, out int days)
    {
        days = 0;
        if (text.Length != DateLength)
            return IsFar(text) ? ValueFault.OutOfRange : ValueFault.Unreadable;
        return ReadDate(text, out days);
    }

    /// <param name="micros">Since 1970-01-01T00:00:00Z.</param>
    public static ValueFault TryParse(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        if (text.Length < SecondsEnd)
            return IsFar(text) ? ValueFault.OutOfRange : ValueFault.Unreadable;
        var fault = ReadDate(text, out var days);
        if (fault != ValueFault.None)
            return IsFar(text) ? ValueFault.OutOfRange : fault;
        var hour = TwoDigits(text, 11);
        var minute = TwoDigits(text, 14);
        var second = TwoDigits(text, 17);
        if (text[10] is not ((byte)'T' or (byte)' ' or (byte)'t') || text[13] != ':' || text[16] != ':'
            || hour > 23 || minute > 59 || second > 59)
        {
            return ValueFault.Unreadable;
        }

        var at = SecondsEnd;
        if (!TryReadFraction(text, ref at, out var fraction) || !TryReadOffset(text[at..], out var offsetMinutes))
            return ValueFault.Unreadable;
        var seconds = ((hour * 60L) + minute - offsetMinutes) * 60 + second;
        micros = (days * MicrosOfDay) + (seconds * MicrosOfSecond) + fraction;
        return micros is < Least or > Most ? ValueFault.OutOfRange : ValueFault.None;
    }

    private static ValueFault ReadDate(ReadOnlySpan<byte> text, out int days)
    {
        days = 0;
        var (century, yearOfCentury, month, day) = (TwoDigits(text, 0), TwoDigits(text, 2), TwoDigits(text, 5), TwoDigits(text, 8));
        if (text[4] != '-' || text[7] != '-' || century > 99 || yearOfCentury > 99)
            return ValueFault.Unreadable;
        var year = (int)((century * 100) + yearOfCentury);
        if (month is < 1 or > 12 || day < 1)
            return ValueFault.Unreadable;
        if (year == 0)
            return ValueFault.OutOfRange;
        if (day > DateTime.DaysInMonth(year, (int)month))
            return ValueFault.Unreadable;
        days = DaysFromCivil(year, (int)month, (int)day);
        return ValueFault.None;
    }

    /// <summary>Days since 1970-01-01 in the proleptic Gregorian calendar, counting years from March so that the leap day comes last.</summary>
    private static int DaysFromCivil(int year, int month, int day)
    {
        var y = month <= 2 ? year - 1 : year;
        var era = y / 400;
        var yearOfEra = y - (era * 400);
        var dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9)) + 2) / 5) + day - 1;
        var dayOfEra = (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear;
        return (era * 146_097) + dayOfEra - 719_468;
    }

    private static bool TryReadFraction(ReadOnlySpan<byte> text, ref int at, out long micros)
    {
        micros = 0;
        if (at == text.Length || text[at] != '.')
            return true;
        var start = ++at;
        for (var unit = MicrosOfSecond / 10; at < text.Length && (uint)(text[at] - '0') <= 9; at++, unit /= 10)
            micros += unit * (text[at] - '0');
        return at > start;
    }

    private static bool TryReadOffset(ReadOnlySpan<byte> text, out int minutes)
    {
        minutes = 0;
        if (text.Length == 0)
            return true;
        if (text.Length == 1)
            return text[0] is (byte)'Z' or (byte)'z';
        if (text[0] is not ((byte)'+' or (byte)'-') || text.Length is not (3 or 5 or 6) || (text.Length == 6 && text[3] != ':'))
            return false;
        var hour = TwoDigits(text, 1);
        var minute = text.Length == 3 ? 0 : TwoDigits(text, text.Length - 2);
        if (hour > 23 || minute > 59)
            return false;
        minutes = (int)((hour * 60) + minute) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    /// <summary>A year of five digits or more, a year before 1, or an infinity: understood, and beyond the calendar.</summary>
    private static bool IsFar(ReadOnlySpan<byte> text)
    {
        var unsigned = text.Length > 0 && text[0] is (byte)'+' or (byte)'-' ? text[1..] : text;
        if (System.Text.Ascii.EqualsIgnoreCase(unsigned, "infinity"u8) || System.Text.Ascii.EqualsIgnoreCase(unsigned, "inf"u8))
            return true;
        var digits = 0;
        while (digits < unsigned.Length && (uint)(unsigned[digits] - '0') <= 9)
            digits++;
        return (digits > 4 || (digits == 4 && text[0] == '-')) && digits + 6 <= unsigned.Length
            && unsigned[digits] == '-' && TwoDigits(unsigned, digits + 1) is >= 1 and <= 12 && unsigned[digits + 3] == '-' && TwoDigits(unsigned, digits + 4) is >= 1 and <= 31;
    }

    /// <summary>More than 99 where one of them is no digit.</summary>
    private static uint TwoDigits(ReadOnlySpan<byte> text, int at)
    {
        var (tens, ones) = ((uint)(text[at] - '0'), (uint)(text[at + 1] - '0'));
        return tens > 9 || ones > 9 ? 100 : (tens * 10) + ones;
    }
}
