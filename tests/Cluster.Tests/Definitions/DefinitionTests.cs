using System.Text.Json;
using System.Text.Json.Nodes;
using LakehouseOperator.Cluster.Tests.Executor;
using LakehouseOperator.Pipelines;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Testing;
using LakehouseOperator.Testing.Cluster;

namespace LakehouseOperator.Cluster.Tests.Definitions;

/// <summary>What a real API server makes of the generated definitions: what it takes, keeps, fills in, refuses and shows.</summary>
public sealed class DefinitionTests(SharedNode node) : IAsyncLifetime
{
    private static readonly SemaphoreSlim Looking = new(1, 1);
    private static bool isServed;

    /// <summary>Whatever is added is applied here, too. Folders within are laid over the one that they are in.</summary>
    public static TheoryData<string> Folders => [".", .. Directory.GetDirectories(Samples).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    /// <summary>The API server takes resources a while before it tells clients their schemas, without which kubectl checks nothing.</summary>
    public async ValueTask InitializeAsync()
    {
        var api = await node.ApiAsync();
        await Looking.WaitAsync();
        try
        {
            if (!isServed)
                await Until.TrueAsync(async () => (await api.SendTextAsync(HttpMethod.Get, "/openapi/v2", null, "")) is var (_, schemas) && Enum.GetNames<ResourceKind>().All(kind => schemas.Contains($"\"dev.lakehouse.v1alpha1.{kind}\"", StringComparison.Ordinal)), "the schemas are served");
            isServed = true;
        }
        finally
        {
            Looking.Release();
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string Samples => Path.Combine(Repository.Root, "config", "samples");

    /// <summary>Nothing of a sample is dropped, and what is filled in says what was meant anyway: the same record is read from the file and from the cluster.</summary>
    [Theory, MemberData(nameof(Folders))]
    public async Task A_sample_is_taken_and_kept_as_it_is(string folder)
    {
        var within = await node.Cluster.NamespaceAsync();
        var path = Path.Combine(Samples, folder);
        _ = (await within.Kubectl.RunAsync("apply", "--validate=true", "-f", path)).Succeeded;
        var files = Directory.GetFiles(path, "*.yaml").Order(StringComparer.Ordinal).Select(file => (file, File.ReadAllText(file))).ToList();
        var written = ParsedSet.Parse(DocumentSet.Load(files)).Resources.Select(one => one.Resource!).ToDictionary(one => one.Id with { Namespace = within.Name });
        var items = JsonNode.Parse((await within.Kubectl.RunAsync("get", "lake", "-o", "json")).Succeeded)!["items"]!.AsArray();
        Assert.Equal(written.Count, items.Count);
        foreach (var item in items)
        {
            var id = new ResourceId(Enum.Parse<ResourceKind>((string)item!["kind"]!), (string)item["metadata"]!["name"]!, within.Name);
            var (expected, kept) = (SpecOf(written[id]), SpecOf(Read(id, item["spec"]!)));
            Assert.True(JsonNode.DeepEquals(expected, kept), $"{expected}\n{kept}");
        }
    }

    [Theory]
    [InlineData("lakehouse", "/spec/storage", """{"s3": {"bucket": "lake"}, "volume": {"persistentVolumeClaim": {"claimName": "a"}}}""", "spec.storage")]
    [InlineData("lakehouse", "/spec/storage", "{}", "spec.storage")]
    [InlineData("lakehouse", "/spec/storage/s3/bucket", "\"ab\"", "spec.storage.s3.bucket")]
    [InlineData("lakehouse", "/spec/runner/scratch/sizeLimit", "\"128m\"", "spec.runner.scratch.sizeLimit")]
    [InlineData("lakehouse", "/spec/runner/scratch/sizeLimit", "\"1e30Gi\"", "spec.runner.scratch.sizeLimit")]
    [InlineData("lakehouse", "/spec/runner/scratch/sizeLimit", "\"-1Gi\"", "spec.runner.scratch.sizeLimit")]
    [InlineData("lakehouse", "/spec/runner/scratch/sizeLimit", "true", "spec.runner.scratch.sizeLimit")]
    [InlineData("lakehouse", "/spec/runner/maxConcurrentRuns", "0", "spec.runner.maxConcurrentRuns")]
    [InlineData("lakehouse", "/spec/runner/maxConcurrentRuns", "2147483648", "spec.runner.maxConcurrentRuns")]
    [InlineData("lakehouse", "/spec/runner/tolerations", "[{\"operator\": \"In\"}]", "spec.runner.tolerations")]
    [InlineData("lakehouse", "/spec/networkPolicy/egress", "[\"all\"]", "spec.networkPolicy.egress")]
    [InlineData("lakehouse", "/spec/tables/logRetention", "\"7d\"", "spec.tables.logRetention")]
    [InlineData("ingestion", "/spec/source", """{"generator": {}, "redisStreams": {"url": "redis://a"}}""", "spec.source")]
    [InlineData("ingestion", "/spec/source", "{}", "spec.source")]
    [InlineData("ingestion", "/spec/tables", "[]", "spec.tables")]
    [InlineData("ingestion", "/spec/commit/maxInterval", "30", "spec.commit.maxInterval")]
    [InlineData("ingestion", "/spec/commit/maxRows", "-1", "spec.commit.maxRows")]
    [InlineData("ingestion", "/spec/deletionPolicy", "\"Keep\"", "spec.deletionPolicy")]
    [InlineData("ingestion", "/spec/lakehouseRef", "{}", "spec.lakehouseRef.name")]
    [InlineData("transformation", "/spec/suspend", "\"yes\"", "spec.suspend")]
    [InlineData("transformation", "/spec/trigger/schedule/startingDeadlineSeconds", "5", "spec.trigger.schedule.startingDeadlineSeconds")]
    [InlineData("transformation", "/spec/trigger/schedule", "{}", "spec.trigger.schedule.cron")]
    [InlineData("transformation", "/spec/trigger/schedule/concurrencyPolicy", "\"Replace\"", "spec.trigger.schedule.concurrencyPolicy")]
    [InlineData("transformation", "/spec/execution/retries", "1.5", "spec.execution.retries")]
    [InlineData("qualitycheck", "/spec/checks", "[{\"name\": \"two\", \"rowCount\": {\"min\": 1}, \"unique\": {\"columns\": [\"a\"]}}]", "spec.checks")]
    [InlineData("qualitycheck", "/spec/checks", "[{\"name\": \"none\"}]", "spec.checks")]
    [InlineData("qualitycheck", "/spec/enforcement", "\"Stop\"", "spec.enforcement")]
    public async Task What_does_not_fit_is_refused_with_its_field(string kind, string pointer, string value, string field)
    {
        var within = await node.Cluster.NamespaceAsync();
        var refused = await ApplyAsync(within, kind, pointer, JsonNode.Parse(value));
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains(field, refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_thousand_checks_and_a_huge_SQL_are_refused()
    {
        var within = await node.Cluster.NamespaceAsync();
        var checks = new JsonArray([.. Enumerable.Range(0, 10_000).Select(number => JsonNode.Parse($$$"""{"name": "c{{{number}}}", "rowCount": {"min": 1}}"""))]);
        Assert.Contains("spec.checks", (await ApplyAsync(within, "qualitycheck", "/spec/checks", checks)).Error, StringComparison.Ordinal);
        Assert.Contains("spec.sql", (await ApplyAsync(within, "transformation", "/spec/sql", "SELECT '" + new string('x', 200_000) + "' AS a")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lakehouse")]
    [InlineData("ingestion")]
    [InlineData("transformation")]
    [InlineData("qualitycheck")]
    public async Task An_unknown_field_is_refused_by_kubectl(string kind)
    {
        var within = await node.Cluster.NamespaceAsync();
        var refused = await ApplyAsync(within, kind, "/spec/unknown", "x", validate: true);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("unknown field \"unknown\"", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parts_that_Kubernetes_defines_are_kept_whole()
    {
        var within = await node.Cluster.NamespaceAsync();
        var affinity = JsonNode.Parse("""{"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}]}}}""")!;
        _ = (await ApplyAsync(within, "lakehouse", "/spec/runner/affinity", affinity.DeepClone(), validate: true)).Succeeded;
        var kept = JsonNode.Parse((await within.Kubectl.RunAsync("get", "lh", "lake", "-o", "json")).Succeeded)!["spec"]!;
        Assert.True(JsonNode.DeepEquals(affinity, kept["runner"]!["affinity"]));
        Assert.Equal("169.254.169.254/32", (string?)kept["networkPolicy"]!["egress"]![0]!["to"]![0]!["ipBlock"]!["cidr"]);
    }

    [Fact]
    public async Task Defaults_are_filled_in_where_they_are_constants()
    {
        var within = await node.Cluster.NamespaceAsync();
        _ = (await within.Kubectl.RunAsync("apply", "-f", Samples)).Succeeded;
        var spec = JsonNode.Parse((await within.Kubectl.RunAsync("get", "xf", "page-views-daily", "-o", "json")).Succeeded)!["spec"]!;
        Assert.Equal(("Forbid", "Retain", false), ((string?)spec["trigger"]!["schedule"]!["concurrencyPolicy"], (string?)spec["deletionPolicy"], (bool?)spec["suspend"]));
    }

    [Theory]
    [InlineData("lh", "NAME READY STATUS TABLES PROBED AGE")]
    [InlineData("igs", "NAME READY STATUS LAG COMMITTED AGE")]
    [InlineData("xf", "NAME READY STATUS ROWS COMMITTED AGE")]
    [InlineData("qc", "NAME READY STATUS PASSED CHECKS EVALUATED AGE")]
    public async Task A_short_name_lists_the_columns_of_its_kind(string name, string columns)
    {
        var within = await node.Cluster.NamespaceAsync();
        _ = (await within.Kubectl.RunAsync("apply", "-f", Samples)).Succeeded;
        var lines = (await within.Kubectl.RunAsync("get", name)).Succeeded.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(columns, string.Join(' ', lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(2, lines.Length);
    }

    [Fact]
    public async Task Every_field_can_be_explained()
    {
        var kubectl = await node.Cluster.KubectlAsync();
        foreach (var field in new[] { "xf.spec.trigger.schedule.cron", "lh.spec.storage.volume.subPath", "qc.status.summary.ratio", "igs.spec.tables.columns.type" })
            Assert.Contains("DESCRIPTION:", (await kubectl.RunAsync("explain", field)).Succeeded, StringComparison.Ordinal);
    }

    private static async Task<KubectlResult> ApplyAsync(TestNamespace within, string kind, string pointer, JsonNode? value, bool validate = false)
    {
        var document = JsonNode.Parse((await within.Kubectl.RunAsync("create", "--dry-run=client", "-o", "json", "-f", Path.Combine(Samples, kind + ".yaml"))).Succeeded)!;
        var steps = pointer.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var at = steps[..^1].Aggregate(document, (from, step) => from[step] ??= new JsonObject());
        at[steps[^1]] = value;
        // kubectl apply keeps the whole document in an annotation, which has a bound of its own.
        return await within.Kubectl.RunAsync(["create", validate ? "--validate=true" : "--validate=false", "-f", "-"], document.ToJsonString());
    }

    private static Resource Read(ResourceId id, JsonNode spec)
    {
        var document = ClusterDocuments.Read(id, null, JsonSerializer.SerializeToElement(spec));
        var parsed = ParsedSet.Parse(new DocumentSet([document], new SecretSet(), []));
        Assert.Empty(parsed.Diagnostics.Select(DiagnosticText.Render));
        return parsed.Resources[0].Resource!;
    }

    private static JsonNode? SpecOf(Resource resource) => resource switch
    {
        LakehouseResource lakehouse => JsonSerializer.SerializeToNode(lakehouse.Spec, SpecJson.Default.LakehouseSpec),
        IngestionResource ingestion => JsonSerializer.SerializeToNode(ingestion.Spec, SpecJson.Default.IngestionSpec),
        TransformationResource transformation => JsonSerializer.SerializeToNode(transformation.Spec, SpecJson.Default.TransformationSpec),
        QualityCheckResource check => JsonSerializer.SerializeToNode(check.Spec, SpecJson.Default.QualityCheckSpec),
        _ => throw new InvalidOperationException($"{resource.Id} has no spec"),
    };
}
