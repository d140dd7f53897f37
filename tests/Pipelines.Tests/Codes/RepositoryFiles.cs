using LakehouseOperator.Testing;

namespace LakehouseOperator.Pipelines.Tests.Codes;

/// <summary>Files of the repository that tests read as they are, or write anew when <c>LAKEHOUSE_UPDATE_GOLDEN=1</c>.</summary>
internal static class RepositoryFiles
{
    public static bool Update => Environment.GetEnvironmentVariable("LAKEHOUSE_UPDATE_GOLDEN") == "1";

    public static string TestData(params string[] parts) => Path.Combine([Repository.Root, "tests", "Pipelines.Tests", "testdata", .. parts]);

    /// <summary>The text equals the file's; with the update switch the file is written instead.</summary>
    public static void Matches(string path, string text)
    {
        if (Update)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }

        Assert.True(File.Exists(path), $"{path} is missing; run the tests with LAKEHOUSE_UPDATE_GOLDEN=1 and read what it writes");
        Assert.Equal(File.ReadAllText(path), text);
    }
}
