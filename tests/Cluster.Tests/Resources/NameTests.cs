using System.Text.RegularExpressions;
using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Cluster.Tests.Scenes;

namespace LakehouseOperator.Cluster.Tests.Resources;

/// <summary>Names that a resource may have are longer and looser than those that a pod's labels may have; everything that is made for it has one that fits, and its own.</summary>
public sealed partial class NameTests(SharedNode node)
{
    /// <summary>As long as a name may be, with dots, and alike in more than is kept of it.</summary>
    private static readonly string Long = $"{new string('a', 38)}.9-{new string('z', 60)}.{new string('b', 63)}.{new string('c', 63)}";

    [Fact]
    public async Task Names_of_any_length_and_likeness_become_children_of_their_own()
    {
        await using var scene = await Scene.BeginAsync(node);
        var (one, other) = (Long + ".one", Long + ".other");
        await scene.ApplyAsync(
            Documents.Lakehouse.Replace("name: main", $"name: {one}", StringComparison.Ordinal),
            Of(Documents.Ingestion().Replace("name: events }", $"name: {one} }}", StringComparison.Ordinal), one),
            Of(Documents.Transformation(one, "silver.one", "SELECT id FROM bronze.events"), one),
            Of(Documents.Transformation(other, "silver.other", "SELECT id FROM bronze.events"), one),
            Of(Documents.Check(one, "silver.one"), one));
        await scene.Transformation(one).BecomesAsync("Succeeded");
        await scene.Transformation(other).BecomesAsync("Succeeded");
        await scene.QualityCheck(one).UntilAsync(check => check.Holds("Passed") == "True", "it passes");
        var stream = await scene.Ingestion(one).ChildAsync("Deployment");
        List<string> names =
        [
            (string)stream["metadata"]!["name"]!,
            (string)(await scene.Lakehouse(one).ChildAsync("NetworkPolicy"))["metadata"]!["name"]!,
            .. scene.Executor.Pods.Where(pod => pod.Plan!.Ingestion is null).Select(pod => (string)pod.Pod["metadata"]!["labels"]!["job-name"]!),
        ];
        Assert.Equal(6, names.Distinct(StringComparer.Ordinal).Count());
        Assert.All(names, name => Assert.Matches(Name(), name));
        Assert.All(names, name => Assert.StartsWith(new string('a', 38) + "-", name, StringComparison.Ordinal));
    }

    /// <summary>One that is deleted and made again under its name is another one, with a past of its own.</summary>
    [Fact]
    public async Task A_resource_that_is_made_again_has_children_of_its_own()
    {
        await using var scene = await Scene.BeginAsync(node);
        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        await scene.Transformation("silver").BecomesAsync("Succeeded");
        var before = (string)(await scene.Ingestion("events").ChildAsync("Deployment"))["metadata"]!["name"]!;
        foreach (var subject in new[] { scene.Transformation("silver"), scene.Ingestion("events"), scene.Lakehouse() })
        {
            await subject.DeleteAsync();
            await subject.GoneAsync();
        }

        await scene.ApplyAsync(Documents.Lakehouse, Documents.Ingestion(), Documents.Silver());
        var seen = await scene.Transformation("silver").BecomesAsync("Succeeded");
        Assert.Equal(("UpToDate", 1), (seen["lastRun.result"], seen.Count("history")));
        Assert.NotEqual(before, (string)(await scene.Ingestion("events").ChildAsync("Deployment"))["metadata"]!["name"]!);
        Assert.Equal(2, scene.Lakehouse().Pods);
    }

    private static string Of(string document, string lakehouse) => document.Replace("lakehouseRef: {name: main}", $"lakehouseRef: {{name: {lakehouse}}}", StringComparison.Ordinal);

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,39}-[bcdfghjklmnpqrstvwxz2456789]{10}$")]
    private static partial Regex Name();
}
