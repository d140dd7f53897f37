using Microsoft.Extensions.Logging;

namespace LakehouseOperator.Cli.Output;

/// <summary>Structured events as plain lines on stderr; details of exceptions only under LAKEHOUSE_DEBUG=1, because they may hold data.</summary>
internal sealed class ErrorLog(Streams streams) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= (Defect.DetailsAsked ? LogLevel.Debug : LogLevel.Warning);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        streams.Error.WriteLine(Cells.Visible(formatter(state, exception)));
        if (exception is not null && Defect.DetailsAsked)
            streams.Error.WriteLine(exception.ToString());
    }
}
