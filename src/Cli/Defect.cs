using LakehouseOperator.Cli.Output;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Cli;

/// <summary>An exception that nobody expected. One line; the details only where they were asked for, because they may hold data.</summary>
internal static class Defect
{
    public static bool DetailsAsked => Environment.GetEnvironmentVariable("LAKEHOUSE_DEBUG") is "1" or "true";

    public static void Report(Streams streams, Exception exception)
    {
        streams.Error.WriteLine(
            $"error {BugCodes.Unhandled.Id}: {exception.GetType().Name}, a defect of lakehouse; please report it with the output of the same command under LAKEHOUSE_DEBUG=1");
        if (DetailsAsked)
            streams.Error.WriteLine(exception.ToString());
    }
}
