using LakehouseOperator.Benchmarks.Measuring;
using LakehouseOperator.Benchmarks.Reporting;

namespace LakehouseOperator.Benchmarks.Scenarios;

internal interface IScenario
{
    /// <summary>For <c>--only</c>.</summary>
    string Name { get; }

    /// <exception cref="InvalidOperationException">Ours and the calibrator did not do the same: there is nothing to compare.</exception>
    Task<IReadOnlyList<Section>> MeasureAsync(Workbench bench);
}

/// <summary>What scenarios share.</summary>
/// <param name="Folder">For what they write; each removes what no other needs.</param>
/// <param name="Scale">Divides sizes; more than 1 only shows whether all of it runs.</param>
internal sealed record Workbench(Programs Programs, string Folder, int Repetitions, int Scale)
{
    public string Sub(params string[] names)
    {
        var path = Path.Combine([Folder, .. names]);
        Directory.CreateDirectory(path);
        return path;
    }

    public static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    public static void Require(bool holds, string what)
    {
        if (!holds)
            throw new InvalidOperationException($"not comparable: {what}");
    }
}
