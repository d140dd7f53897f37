namespace LakehouseOperator.Testing;

/// <summary>The programs as processes of their own.</summary>
public static class BuiltPrograms
{
    private const string Folders = "LAKEHOUSE_TEST_PROGRAMS";

    /// <summary>
    /// In one of the folders that <c>tests/run.sh</c> names (with colons between them): compiled ahead, as users run them, a process that lives for two seconds takes half the
    /// time. Otherwise as it was built beside the tests.
    /// </summary>
    public static string Find(string name)
    {
        var named = Environment.GetEnvironmentVariable(Folders)?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return named.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists) ?? Path.Combine(AppContext.BaseDirectory, name);
    }
}
