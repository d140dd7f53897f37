using LakehouseOperator.Cli.Tests.Processes;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Cli.Tests.Commands;

/// <summary>Every sample binds: names, types and SQL, by the program that people use.</summary>
public sealed class SamplesTests
{
    public static TheoryData<string> Folders => [".", .. Directory.GetDirectories(Samples).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    private static string Samples => Path.Combine(Repository.Root, "config", "samples");

    [Theory, MemberData(nameof(Folders))]
    public async Task A_sample_is_valid(string folder)
    {
        var ended = await Lakehouse.RunAsync("validate", "-f", Path.Combine(Samples, folder));
        Assert.True(ended.ExitCode == 0, ended.ToString());
    }
}
