using System.Globalization;
using System.Text;

namespace LakehouseOperator.Cli.Output;

/// <summary>Values as people read them.</summary>
internal static class Cells
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    public static string Number(long? value) => value is { } known ? known.ToString("#,0", CultureInfo.InvariantCulture) : "-";

    public static string Measured(double? value) => value is { } known ? known.ToString("0.######", CultureInfo.InvariantCulture) : "-";

    public static string Time(DateTimeOffset value) => value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture);

    public static string Duration(TimeSpan? value) => value is { } known ? Duration(known) : "-";

    private static string Duration(TimeSpan value)
    {
        if (value.TotalSeconds < 1)
            return string.Create(CultureInfo.InvariantCulture, $"{value.TotalMilliseconds:0} ms");
        return value.TotalMinutes < 2
            ? string.Create(CultureInfo.InvariantCulture, $"{value.TotalSeconds:0.0} s")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(value.TotalMinutes):0} min {value.Seconds} s");
    }

    public static string Bytes(long value)
    {
        var size = (double)value;
        var unit = 0;
        while (size >= 1024 && unit < Units.Length - 1)
        {
            size /= 1024;
            unit++;
        }

        return unit == 0 ? $"{value} B" : string.Create(CultureInfo.InvariantCulture, $"{size:0.0} {Units[unit]}");
    }

    /// <summary>On one line, with control characters spelled out so that data cannot steer a terminal.</summary>
    public static string Visible(string text)
    {
        if (!text.Any(char.IsControl))
            return text;
        var visible = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => visible.Append("\\n"),
                '\r' => visible.Append("\\r"),
                '\t' => visible.Append("\\t"),
                _ when char.IsControl(c) => visible.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => visible.Append(c),
            };
        }

        return visible.ToString();
    }
}
