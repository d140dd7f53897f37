using LakehouseOperator.Engine.Runs.Reporting;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Reports;

namespace LakehouseOperator.Engine.Tests.Runs.Reporting;

public sealed class TerminationFileTests
{
    [Fact]
    public void It_is_written_in_place_and_whole_whatever_was_there()
    {
        using var folder = new TemporaryFolder();
        var path = folder["termination-log"];
        File.WriteAllText(path, new string('x', 5000));
        using var mounted = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var report = new RunReport(
            1, "run-1", ResourceKind.Lakehouse, "default", "main", RunResult.Failed, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch,
            new RunError("LH4010", RunnerExit.Store, "no answer"), Storage: new StorageReport(false, null, 0));

        TerminationFile.Write(path, report);

        using var reader = new StreamReader(mounted);
        Assert.Equal(TerminationMessage.Write(report), reader.ReadToEnd());
    }
}
