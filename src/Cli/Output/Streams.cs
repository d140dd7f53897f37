using System.Text;
using LakehouseOperator.Engine.Local;
using LakehouseOperator.Pipelines.Codes;
using Spectre.Console;

namespace LakehouseOperator.Cli.Output;

/// <summary>
/// Where words go: results to stdout, everything else to stderr. Escape codes appear only on a terminal and never under <c>NO_COLOR</c>.
/// </summary>
internal sealed class Streams
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private readonly Lazy<IAnsiConsole> errorConsole;

    private Streams(TextWriter @out, TextWriter error, bool outIsTerminal, bool errorIsTerminal, bool colors)
    {
        Out = @out;
        Error = error;
        OutIsTerminal = outIsTerminal;
        ErrorIsTerminal = errorIsTerminal;
        Colors = colors;
        errorConsole = new Lazy<IAnsiConsole>(() => AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = errorIsTerminal ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = errorIsTerminal && colors ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = errorIsTerminal ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(error),
        }));
    }

    public TextWriter Out { get; }

    public TextWriter Error { get; }

    public bool OutIsTerminal { get; }

    public bool ErrorIsTerminal { get; }

    public bool Colors { get; }

    /// <summary>For what is drawn and redrawn on a terminal.</summary>
    public IAnsiConsole ErrorConsole => errorConsole.Value;

    public static Streams OfProcess()
    {
        var dumb = Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";
        return new Streams(
            new StreamWriter(Console.OpenStandardOutput(), Utf8, 1 << 14) { AutoFlush = false },
            TextWriter.Synchronized(new StreamWriter(Console.OpenStandardError(), Utf8, 1 << 10) { AutoFlush = true }),
            !Console.IsOutputRedirected && !dumb,
            !Console.IsErrorRedirected && !dumb,
            Environment.GetEnvironmentVariable("NO_COLOR") is null or "");
    }

    public void Show(Diagnostic diagnostic) => Error.WriteLine(DiagnosticText.Render(diagnostic));

    /// <summary>Why a resource did not come to its end.</summary>
    public void Show(ResourceOutcome resource)
    {
        if (resource.Error is not { } error)
            return;
        var field = error is { Field: not null, Line: { } line } ? $"{error.Field}:{line}:{error.Column ?? 1}" : error.Field;
        Show(new Diagnostic(
            new ErrorCode(error.Code, "", error.Exit),
            error.Exit == RunnerExit.Done ? DiagnosticSeverity.Note : DiagnosticSeverity.Error,
            error.Message,
            resource.Resource,
            field,
            resource.Place,
            error.Help));
    }

    public void Warn(string message) => Error.WriteLine($"warning: {message}");

    public async Task FlushAsync()
    {
        await Out.FlushAsync();
        await Error.FlushAsync();
    }
}
