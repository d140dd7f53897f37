using LakehouseOperator.Engine.Runs;

namespace LakehouseOperator.Engine.Tests.Runs;

public sealed class ScratchTests
{
    [Fact]
    public void What_a_dead_process_left_is_removed_and_what_the_living_hold_stays()
    {
        using var folder = new TemporaryFolder();
        using var living = ScratchRoot.Open(folder.Path);
        var held = living.ForRun().Folder(ScratchPart.In);
        var left = folder["lh-run-0123456789ab"];
        Directory.CreateDirectory(Path.Combine(left, "1", "in-1"));
        File.WriteAllText(left + ".lock", "");

        using var next = ScratchRoot.Open(folder.Path);

        Assert.False(Directory.Exists(left), "the leftovers are still there");
        Assert.False(File.Exists(left + ".lock"));
        Assert.True(Directory.Exists(held), "a living run lost its scratch");
        Assert.NotEqual(living.Path, next.Path);
    }

    [Fact]
    public void Scratch_is_for_its_owner_alone_and_goes_with_its_run()
    {
        using var folder = new TemporaryFolder();
        string run;
        using (var root = ScratchRoot.Open(folder["new"]))
        {
            using (var scratch = root.ForRun())
            {
                run = scratch.Path;
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(root.Path));
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(run));
                Assert.NotEqual(scratch.Folder(ScratchPart.Out), scratch.Folder(ScratchPart.Out));
                Assert.False(scratch.IsApart);
            }

            Assert.False(Directory.Exists(run));
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["new"]));
    }

    [Fact]
    public void Leftovers_that_cannot_be_removed_stop_nobody_and_are_tried_again()
    {
        // A file where the folder should be: it cannot be removed as a folder by any user, root too.
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["lh-run-0123456789ab"], "");
        File.WriteAllText(folder["lh-run-0123456789ab.lock"], "");
        using (ScratchRoot.Open(folder.Path))
            Assert.True(File.Exists(folder["lh-run-0123456789ab.lock"]));

        File.Delete(folder["lh-run-0123456789ab"]);
        Directory.CreateDirectory(folder["lh-run-0123456789ab"]);
        using (ScratchRoot.Open(folder.Path))
            Assert.False(Directory.Exists(folder["lh-run-0123456789ab"]));
    }

    [Fact]
    public void What_is_not_of_our_making_stays_whatever_folder_is_named()
    {
        using var folder = new TemporaryFolder();
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

    [Theory]
    [InlineData("in", "out")]
    [InlineData]
    public void A_pods_scratch_keeps_apart_what_the_worker_reads_what_it_writes_and_what_is_none_of_its_business(params string[] volumes)
    {
        using var folder = new TemporaryFolder();
        foreach (var volume in volumes.Append("own"))
            Directory.CreateDirectory(folder[volume]);
        Directory.CreateDirectory(Path.Combine(folder["own"], "lh-run-0123456789ab"));
        File.WriteAllText(Path.Combine(folder["own"], "lh-run-0123456789ab.lock"), "");
        using (var root = ScratchRoot.Open(folder.Path))
        {
            using var run = root.ForRun();
            string Volume(ScratchPart part) => Path.GetRelativePath(folder.Path, run.Folder(part)).Split('/')[0];
            Assert.Equal(volumes.Length > 0 ? ["in", "out", "own"] : ["own", "own", "own"], new[] { ScratchPart.In, ScratchPart.Out, ScratchPart.Own }.Select(Volume));
            Assert.Equal(volumes.Length > 0, run.IsApart);
            Assert.StartsWith(folder["own"], root.Path, StringComparison.Ordinal);
        }

        Assert.Equal(volumes.Append("own").Order(StringComparer.Ordinal), Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(volumes.Append("own"), volume => Assert.Empty(Directory.EnumerateFileSystemEntries(folder[volume])));
    }
}
