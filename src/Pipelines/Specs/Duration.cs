using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;

namespace LakehouseOperator.Pipelines.Specs;

/// <summary>A Go duration (<c>60s</c>, <c>1h30m</c>, <c>250ms</c>); never negative, below Go's 292 years, a whole number of 100 ns.</summary>
[JsonConverter(typeof(DurationConverter))]
public readonly partial record struct Duration(TimeSpan Value)
{
    private const decimal NanosecondsPerTick = 100;

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    private static readonly (string Name, decimal Nanoseconds)[] Units =
        [("ns", 1), ("us", 1e3m), ("µs", 1e3m), ("μs", 1e3m), ("ms", 1e6m), ("s", 1e9m), ("m", 60e9m), ("h", 3600e9m)];

    public static implicit operator TimeSpan(Duration duration) => duration.Value;

    /// <summary>Go's <c>time.ParseDuration</c> without a minus sign.</summary>
    /// <param name="problem">Why not, as the end of a sentence about the text.</param>
    public static bool TryParse(string text, out Duration duration, [NotNullWhen(false)] out string? problem)
    {
        duration = default;
        problem = null;
        var rest = text.AsSpan();
        if (rest.StartsWith("-"))
        {
            problem = "is negative";
            return false;
        }

        if (rest.StartsWith("+"))
            rest = rest[1..];
        if (rest.SequenceEqual("0"))
            return true;
        if (rest.IsEmpty || text.Length > 64)
        {
            problem = "is not a duration";
            return false;
        }

        decimal total = 0;
        while (!rest.IsEmpty)
        {
            if (!TryTakePart(ref rest, out var nanoseconds, out problem))
                return false;
            total += nanoseconds;
            if (total > long.MaxValue)
            {
                problem = "is longer than 292 years";
                return false;
            }
        }

        if (total % NanosecondsPerTick != 0)
        {
            problem = "is finer than 100ns";
            return false;
        }

        duration = new Duration(TimeSpan.FromTicks((long)(total / NanosecondsPerTick)));
        return true;
    }

    /// <exception cref="FormatException">The text is not a duration.</exception>
    public static Duration Parse(string text) =>
        TryParse(text, out var duration, out var problem) ? duration : throw new FormatException($"\"{text}\" {problem}");

    /// <summary>As Go prints it: <c>1h30m0s</c>, <c>1.5s</c>, <c>250ms</c>, <c>0s</c>.</summary>
    public override string ToString()
    {
        var ticks = Value.Ticks;
        if (ticks == 0)
            return "0s";
        if (ticks < TimeSpan.TicksPerMillisecond)
            return string.Create(CultureInfo.InvariantCulture, $"{ticks / 10m:0.#}µs");
        if (ticks < TimeSpan.TicksPerSecond)
            return string.Create(CultureInfo.InvariantCulture, $"{(decimal)ticks / TimeSpan.TicksPerMillisecond:0.####}ms");
        var hours = ticks / TimeSpan.TicksPerHour;
        var minutes = ticks / TimeSpan.TicksPerMinute;
        var seconds = (decimal)(ticks % TimeSpan.TicksPerMinute) / TimeSpan.TicksPerSecond;
        var text = new StringBuilder();
        if (hours > 0)
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        if (minutes > 0)
            text.Append(CultureInfo.InvariantCulture, $"{minutes % 60}m");
        return text.Append(CultureInfo.InvariantCulture, $"{seconds:0.#######}s").ToString();
    }

    private static bool TryTakePart(ref ReadOnlySpan<char> rest, out decimal nanoseconds, [NotNullWhen(false)] out string? problem)
    {
        nanoseconds = 0;
        problem = null;
        var length = rest.IndexOfAnyExcept(NumberCharacters);
        var number = length < 0 ? rest : rest[..length];
        if (number.IsEmpty || number.Count('.') > 1 || number.SequenceEqual(".") || number.Length > 26)
        {
            problem = "is not a duration";
            return false;
        }

        if (length < 0)
        {
            problem = "has no unit";
            return false;
        }

        rest = rest[length..];
        var end = rest.IndexOfAny(NumberCharacters);
        var unit = end < 0 ? rest : rest[..end];
        foreach (var (name, size) in Units)
        {
            if (!unit.SequenceEqual(name))
                continue;
            var count = decimal.Parse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
            if (count > long.MaxValue / size)
            {
                problem = "is longer than 292 years";
                return false;
            }

            nanoseconds = count * size;
            rest = end < 0 ? [] : rest[end..];
            return true;
        }

        problem = $"has the unknown unit \"{unit}\"";
        return false;
    }
}
