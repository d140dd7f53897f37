namespace LakehouseOperator.Testing;

/// <summary>The checkout that the tests run in.</summary>
public static class Repository
{
    /// <exception cref="InvalidOperationException">They run outside of one.</exception>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LakehouseOperator.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} is not within a checkout");
    }
}
