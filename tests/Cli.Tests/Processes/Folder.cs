namespace LakehouseOperator.Cli.Tests.Processes;

/// <summary>A folder of one test alone, gone afterwards.</summary>
public sealed class Folder : IDisposable
{
    public Folder() => Path = Directory.CreateTempSubdirectory("lakehouse-cli-").FullName;

    public string Path { get; }

    public string At(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <returns>The file's path.</returns>
    public string Write(string name, string text)
    {
        var file = At(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return file;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
