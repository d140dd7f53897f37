using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Runner;

/// <summary>Events as lines on stderr, one each, without characters that a terminal or a reader of lines would take for its own; stdout belongs to the report.</summary>
internal sealed class StandardError : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            Console.Error.WriteLine($"{logLevel.ToString().ToLowerInvariant()}: {Plain(formatter(state, exception))}{(exception is null ? "" : $" ({exception.GetType().Name})")}");
    }

    /// <summary>Control and format characters as <c>\u001b</c>.</summary>
    internal static string Plain(string text)
    {
        if (!text.Any(IsHidden))
            return text;
        var plain = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (IsHidden(c))
                plain.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                plain.Append(c);
        }

        return plain.ToString();
    }

    private static bool IsHidden(char c) =>
        char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
