using System.Globalization;

namespace LakehouseOperator.Faults.Tests.Worlds;

/// <summary>A lake on the disk for the program itself, with the machine's clock.</summary>
internal sealed class Place : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lakehouse-faults-").FullName;

    public Place(int eventsPerCommit, int perDay)
    {
        Directory.CreateDirectory(Drop);
        AddOrders(20);
        File.WriteAllText(Documents, PipelineDocuments.Yaml(Drop, eventsPerCommit, days: 1, perDay, perSecond: 1));
    }

    public string Lake => Path.Combine(folder, "lake");

    private string Scratch => Path.Combine(folder, "scratch");

    private string Drop => Path.Combine(folder, "drop");

    private string Documents => Path.Combine(folder, "pipeline.yaml");

    public void AddOrders(int files)
    {
        for (var file = 0; file < files; file++)
        {
            var path = Path.Combine(Drop, string.Create(CultureInfo.InvariantCulture, $"{file}.json"));
            if (!File.Exists(path))
                File.WriteAllText(path, PipelineDocuments.Orders(file));
        }
    }

    public ProgramProcess Start() => new(Documents, Lake, Scratch);

    /// <summary>Undisturbed, to the end; afterwards nothing is left of any process but of those that are still there.</summary>
    public async Task FinishAsync(bool isAlone = true)
    {
        using var process = Start();
        Assert.True(await process.EndAsync() == 0, process.Said);
        if (isAlone)
            Assert.Empty(Directory.EnumerateFileSystemEntries(Scratch));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
