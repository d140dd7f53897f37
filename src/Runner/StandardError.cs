using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Runner;

/// <summary>Events as lines on stderr; stdout belongs to the report.</summary>
internal sealed class StandardError : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            Console.Error.WriteLine($"{logLevel.ToString().ToLowerInvariant()}: {formatter(state, exception).ReplaceLineEndings("\\n")}{(exception is null ? "" : $" ({exception.GetType().Name})")}");
    }
}
