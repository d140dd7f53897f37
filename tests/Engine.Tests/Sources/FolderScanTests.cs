using LakehouseOperator.Engine.Sources.Files;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tests.Sources;

/// <summary>Links, on a laptop and in a pod, where a volume's writer must not make a run read the pod's own files.</summary>
public sealed class FolderScanTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public FolderScanTests()
    {
        Directory.CreateDirectory(At("lake/drop/sub"));
        Directory.CreateDirectory(At("secrets"));
        File.WriteAllText(At("secrets/token"), "t");
        File.WriteAllText(At("lake/kept"), "k");
        File.WriteAllText(At("lake/drop/own"), "o");
        File.CreateSymbolicLink(At("lake/drop/within"), At("lake/kept"));
        File.CreateSymbolicLink(At("lake/drop/out"), At("secrets/token"));
        File.CreateSymbolicLink(At("lake/drop/sub/relative"), "../../../secrets/token");
        File.CreateSymbolicLink(At("lake/drop/again"), At("lake/drop/out"));
        Directory.CreateSymbolicLink(At("lake/drop/folder"), At("secrets"));
        Directory.CreateSymbolicLink(At("lake/elsewhere"), At("secrets"));
        Directory.CreateSymbolicLink(At("lake2"), At("secrets"));
    }

    private string At(string path) => Path.Combine(folder.Path, path);

    private static IReadOnlyList<string> Names(string location, string? within, out IReadOnlyList<Diagnostic> problems) =>
        [.. FolderScan.Run(location, FilePattern.Parse("**"), within, out problems).Select(file => file.Name)];

    [Fact]
    public void On_a_laptop_a_link_to_a_file_is_that_file()
    {
        Assert.Equal(["again", "out", "own", "sub/relative", "within"], Names(At("lake/drop"), null, out var problems));
        Assert.Empty(problems);
    }

    [Fact]
    public void In_a_pod_a_link_out_of_the_volume_is_no_file_and_is_told()
    {
        Assert.Equal(["own", "within"], Names(At("lake/drop"), At("lake"), out var problems));
        Assert.Equal(3, problems.Count);
        Assert.All(problems, problem => Assert.Contains("leads out of", problem.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("lake/elsewhere")]
    [InlineData("lake2")]
    [InlineData("secrets")]
    [InlineData("lake/drop/../../secrets")]
    public void In_a_pod_a_location_that_leads_out_of_the_volume_is_refused(string location)
    {
        var refused = Assert.Throws<DiagnosticException>(() => Names(At(location), At("lake"), out _));
        Assert.Equal((SourceCodes.LocationUnreadable, "spec.source.files.location"), (refused.Diagnostic.Code, refused.Diagnostic.Field));
    }

    public void Dispose() => folder.Dispose();
}
