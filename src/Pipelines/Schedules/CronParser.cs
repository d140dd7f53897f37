using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LakehouseOperator.Pipelines.Schedules;

/// <param name="Bits">Bit n: the value n fits.</param>
/// <param name="Star">It begins with <c>*</c>, so it does not restrict (whatever its step).</param>
internal readonly record struct CronField(ulong Bits, bool Star);

internal sealed record CronFields(CronField Minutes, CronField Hours, CronField DaysOfMonth, CronField Months, CronField DaysOfWeek);

internal static class CronParser
{
    private static readonly string[] MonthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

    private static readonly string[] DayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private static readonly Dictionary<string, string> Macros = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
    };

    private static readonly Shape[] Shapes =
    [
        new("minute", 0, 59, [], 0),
        new("hour", 0, 23, [], 0),
        new("day of month", 1, 31, [], 0),
        new("month", 1, 12, MonthNames, 1),
        new("day of week", 0, 7, DayNames, 0),
    ];

    public static bool TryParse(string text, [NotNullWhen(true)] out CronFields? fields, [NotNullWhen(false)] out string? problem)
    {
        fields = null;
        var trimmed = text.Trim(' ', '\t');
        if (trimmed.StartsWith('@'))
        {
            if (!Macros.TryGetValue(trimmed, out var expanded))
            {
                problem = $"is none of {string.Join(", ", Macros.Keys)}";
                return false;
            }

            trimmed = expanded;
        }
        else if (trimmed.StartsWith("TZ=", StringComparison.Ordinal) || trimmed.StartsWith("CRON_TZ=", StringComparison.Ordinal))
        {
            problem = "names a time zone; that is the field timeZone's";
            return false;
        }

        var parts = trimmed.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != Shapes.Length)
        {
            problem = $"has {parts.Length} fields, not five: minute, hour, day of month, month, day of week";
            return false;
        }

        var read = new CronField[Shapes.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!TryField(parts[i], Shapes[i], out read[i], out problem))
                return false;
        }

        // 7 is Sunday, too.
        var week = read[4].Bits >> 7 == 1 ? read[4].Bits & 0x7F | 1 : read[4].Bits;
        fields = new CronFields(read[0], read[1], read[2], read[3], read[4] with { Bits = week });
        problem = null;
        return true;
    }

    private static bool TryField(string text, Shape shape, out CronField field, [NotNullWhen(false)] out string? problem)
    {
        field = new CronField(0, text.StartsWith('*'));
        foreach (var part in text.Split(','))
        {
            if (!TryPart(part, shape, out var bits, out problem))
                return false;
            field = field with { Bits = field.Bits | bits };
        }

        problem = null;
        return true;
    }

    /// <summary><c>*</c>, <c>n</c>, <c>n-m</c>, each but the plain n with a step <c>/s</c>.</summary>
    private static bool TryPart(string part, Shape shape, out ulong bits, [NotNullWhen(false)] out string? problem)
    {
        bits = 0;
        var slash = part.IndexOf('/', StringComparison.Ordinal);
        var range = slash < 0 ? part : part[..slash];
        var step = 1;
        if (slash >= 0 && (!TryNumber(part[(slash + 1)..], out step) || step < 1 || step > shape.Max))
        {
            problem = $"has the step \"{part[(slash + 1)..]}\" for the {shape.Name}; a step is 1 to {shape.Max}";
            return false;
        }

        var dash = range.IndexOf('-', StringComparison.Ordinal);
        int first, last;
        if (range == "*")
        {
            // Sunday once: a step counts from 0 to 6.
            (first, last) = (shape.Min, shape.Max == 7 ? 6 : shape.Max);
        }
        else if (!TryValue(dash < 0 ? range : range[..dash], shape, out first, out problem) || !TryValue(dash < 0 ? range : range[(dash + 1)..], shape, out last, out problem))
        {
            return false;
        }
        else if (slash >= 0 && dash < 0)
        {
            problem = $"has a step without a range in \"{part}\"; write {range}-{shape.Max}/{step}";
            return false;
        }

        if (last < first)
        {
            problem = $"has the range {range} for the {shape.Name}, which ends before it begins";
            return false;
        }

        for (var value = first; value <= last; value += step)
            bits |= 1UL << value;
        problem = null;
        return true;
    }

    private static bool TryValue(string text, Shape shape, out int value, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        if (TryNumber(text, out value) && value >= shape.Min && value <= shape.Max)
            return true;
        var name = Array.FindIndex(shape.Names, known => known.Equals(text, StringComparison.OrdinalIgnoreCase));
        value = name + shape.FirstName;
        if (name >= 0)
            return true;
        problem = shape.Names.Length == 0
            ? $"has \"{text}\" for the {shape.Name}, which is {shape.Min} to {shape.Max}"
            : $"has \"{text}\" for the {shape.Name}, which is {shape.Min} to {shape.Max} or {shape.Names[0]} to {shape.Names[^1]}";
        return false;
    }

    private static bool TryNumber(string text, out int value)
    {
        value = 0;
        return text.Length is > 0 and <= 3 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    private sealed record Shape(string Name, int Min, int Max, string[] Names, int FirstName);
}
