using LakehouseOperator.Engine.Runs;

namespace LakehouseOperator.Engine.Tests.Runs;

public sealed class ScratchRootTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_is_not_of_our_making_stays_whatever_folder_is_named()
    {
        string[] others = ["yarn.lock", "lh-run-.lock", "lh-run-notes.lock", "lh-run-0123456789AB.lock", "0123456789ab.lock"];
        foreach (var other in others)
        {
            File.WriteAllText(folder[other], "theirs");
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(folder[Path.GetFileNameWithoutExtension(other)]).FullName, "file"), "theirs");
        }

        ScratchRoot.Open(folder.Path).Dispose();
        Assert.Equal(others.Order(StringComparer.Ordinal), Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(others, other => Assert.True(File.Exists(Path.Combine(folder[Path.GetFileNameWithoutExtension(other)], "file"))));
    }

    [Fact]
    public void The_next_one_removes_what_the_dead_left_and_nothing_of_the_living()
    {
        var dead = Directory.CreateDirectory(folder["lh-run-0123456789ab"]);
        File.WriteAllText(Path.Combine(dead.FullName, "spill"), "");
        File.WriteAllText(dead.FullName + ".lock", "");
        using var living = ScratchRoot.Open(folder.Path);
        using var next = ScratchRoot.Open(folder.Path);
        Assert.False(Directory.Exists(dead.FullName));
        Assert.False(File.Exists(dead.FullName + ".lock"));
        Assert.True(Directory.Exists(living.Path));
    }

    [Fact]
    public void It_leaves_nothing()
    {
        using (var root = ScratchRoot.Open(folder.Path))
            File.WriteAllText(Path.Combine(root.ForRun().Folder("in"), "file"), "");
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }
}
