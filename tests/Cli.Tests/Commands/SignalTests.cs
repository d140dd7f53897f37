using LakehouseOperator.Cli.Tests.Processes;

namespace LakehouseOperator.Cli.Tests.Commands;

public sealed class SignalTests
{
    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_stream_that_is_told_to_stop_ends_with_its_commits_whole(string signal, int exitCode)
    {
        using var folder = new Folder();
        var documents = folder.Write("pipeline.yaml", Documents.Good);
        var process = Lakehouse.Start("lakehouse", ["run", "-f", documents, "--lake", folder.At("lake")], null);

        // What it says on the way tells when there is something to interrupt.
        var heard = "";
        while (!heard.Contains("silver.good version 0", StringComparison.Ordinal))
            heard += await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException($"it ended early: {heard}");
        using (var kill = System.Diagnostics.Process.Start("kill", [$"-{signal}", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        var ended = await Lakehouse.EndAsync(process);
        Assert.True(ended.ExitCode == exitCode, ended.ToString());
        Assert.Contains("Lakehouse       main", ended.Out);

        var count = await Lakehouse.RunAsync(
            "query", "SELECT count(*) AS n, count(DISTINCT _source_position) AS p FROM bronze.events", "--lake", folder.At("lake"), "-o", "csv");
        var numbers = count.Out.Split('\n')[1].Split(',');
        Assert.Equal(numbers[0], numbers[1]);
    }
}
