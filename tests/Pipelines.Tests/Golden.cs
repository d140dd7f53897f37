using LakehouseOperator.Testing;

namespace LakehouseOperator.Pipelines.Tests;

/// <summary>Files that freeze a contract. A change of one is a change of what released versions exchange, and needs its ADR changed with it.</summary>
internal static class Golden
{
    /// <summary>Equal to the file, or with LAKEHOUSE_WRITE_GOLDEN=1 made so.</summary>
    public static void Check(string name, string text)
    {
        var path = PathOf(name);
        if (Environment.GetEnvironmentVariable("LAKEHOUSE_WRITE_GOLDEN") == "1")
            File.WriteAllText(path, text + "\n");
        Assert.Equal(File.ReadAllText(path), text + "\n");
    }

    public static string Read(string name) => File.ReadAllText(PathOf(name));

    private static string PathOf(string name) => Path.Combine(Repository.Root, "tests", "Pipelines.Tests", "testdata", "golden", name);
}
