using LakehouseOperator.Cli;
using LakehouseOperator.Cli.Output;

var streams = Streams.OfProcess();
try
{
    return await CommandLine.InvokeAsync(args, streams);
}
catch (Exception e)
{
    // The boundary of the process: what nobody expected is our defect, and told in one line.
    Defect.Report(streams, e);
    return ExitCode.Failed;
}
finally
{
    await streams.FlushAsync();
}
