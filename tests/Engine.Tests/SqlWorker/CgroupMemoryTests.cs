using LakehouseOperator.Engine.SqlWorker.Sidecar;

namespace LakehouseOperator.Engine.Tests.SqlWorker;

/// <summary>The files of both versions, as containers and machines show them.</summary>
public sealed class CgroupMemoryTests : IDisposable
{
    private readonly TemporaryFolder root = new();

    public void Dispose() => root.Dispose();

    [Theory]
    [InlineData("0::/", "sys/fs/cgroup/memory.max=268435456", 268435456L)]
    [InlineData("0::/", "sys/fs/cgroup/memory.max=max", null)]
    [InlineData("0::/", "", null)]
    [InlineData("0::/../../other", "sys/fs/cgroup/memory.max=1000", 1000L)]
    [InlineData("0::/system.slice/a.service", "sys/fs/cgroup/system.slice/a.service/memory.max=4000;sys/fs/cgroup/system.slice/memory.max=3000", 3000L)]
    [InlineData("0::/a", "sys/fs/cgroup/a/memory.max=max;sys/fs/cgroup/memory.max=5000", 5000L)]
    [InlineData("12:memory:/kubepods/pod1/c1\n1:name=systemd:/x", "sys/fs/cgroup/memory/memory.limit_in_bytes=134217728", 134217728L)]
    [InlineData("12:cpu,memory:/a", "sys/fs/cgroup/memory/a/memory.limit_in_bytes=7000;sys/fs/cgroup/memory/memory.limit_in_bytes=9223372036854771712", 7000L)]
    [InlineData("12:memory:/", "sys/fs/cgroup/memory/memory.limit_in_bytes=9223372036854771712", null)]
    [InlineData("12:memory:/\n0::/", "sys/fs/cgroup/memory/memory.limit_in_bytes=2000", 2000L)]
    [InlineData("garbage", "sys/fs/cgroup/memory.max=1", null)]
    public void The_least_bound_above_a_process_is_its_own(string groups, string files, long? limit)
    {
        Write("proc/self/cgroup", groups);
        foreach (var file in files.Split(';', StringSplitOptions.RemoveEmptyEntries))
            Write(file.Split('=')[0], file.Split('=')[1]);
        Assert.Equal(limit, new CgroupMemory(root.Path).Limit());
    }

    [Fact]
    public void A_machine_without_control_groups_bounds_nothing() => Assert.Null(new CgroupMemory(root.Path).Limit());

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(root[name])!);
        File.WriteAllText(root[name], text + "\n");
    }
}
