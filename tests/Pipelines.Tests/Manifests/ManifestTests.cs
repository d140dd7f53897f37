using System.Text.Json.Nodes;
using LakehouseOperator.Manifests;
using LakehouseOperator.Manifests.Crds;
using LakehouseOperator.Manifests.Rbac;
using LakehouseOperator.Manifests.Yaml;
using LakehouseOperator.Pipelines.Tests.Codes;
using LakehouseOperator.Testing;
using YamlDotNet.RepresentationModel;

namespace LakehouseOperator.Pipelines.Tests.Manifests;

public sealed class ManifestTests
{
    public static TheoryData<string> Files => [.. ManifestFiles.All.Keys];

    public static TheoryData<string> Kinds => [.. CustomResourceKinds.All.Select(kind => kind.Plural)];

    [Theory, MemberData(nameof(Files))]
    public void The_page_is_the_one_in_the_repository(string path) =>
        RepositoryFiles.Matches(Path.Combine(Repository.Root, path), ManifestFiles.All[path]);

    /// <summary>What nothing generates any more would be applied for ever.</summary>
    [Theory]
    [InlineData("config/crd")]
    [InlineData("config/rbac")]
    [InlineData("charts/lakehouse-operator/crds")]
    public void A_generated_folder_holds_nothing_else(string folder) =>
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Repository.Root, folder)).Select(path => folder + "/" + Path.GetFileName(path)).Except(ManifestFiles.All.Keys, StringComparer.Ordinal));

    /// <summary>kubectl apply keeps the whole object in an annotation of at most 256 KiB.</summary>
    [Theory, MemberData(nameof(Kinds))]
    public void A_definition_fits_what_kubectl_apply_takes(string plural) => Assert.InRange(CrdDocument.Build(Kind(plural)).ToJsonString().Length, 1000, 200_000);

    /// <summary>https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema</summary>
    [Theory, MemberData(nameof(Kinds))]
    public void Every_schema_is_structural_and_bounded(string plural)
    {
        var faults = new List<string>();
        Each(Schema(plural), "", (path, schema) =>
        {
            var type = (string?)schema["type"];
            var free = schema.ContainsKey("x-kubernetes-int-or-string") || schema.ContainsKey("x-kubernetes-preserve-unknown-fields");
            if (type is null && !free)
                faults.Add($"{path} has no type");
            if (schema.ContainsKey("$ref") || schema.ContainsKey("nullable") || (schema.ContainsKey("default") && schema["default"] is null))
                faults.Add($"{path} has what 1.20 does not take");
            if (type == "string" && !schema.ContainsKey("maxLength") && !schema.ContainsKey("enum") && (string?)schema["format"] != "date-time" && path is not (".apiVersion" or ".kind"))
                faults.Add($"{path} has no maxLength");
            if (type == "array" && !schema.ContainsKey("maxItems"))
                faults.Add($"{path} has no maxItems");
            if (schema.ContainsKey("additionalProperties") && (schema.ContainsKey("properties") || !schema.ContainsKey("maxProperties")))
                faults.Add($"{path} is a map without bounds, or with members");
            if (schema["required"] is JsonArray required && required.Any(name => schema["properties"]?[(string)name!] is null))
                faults.Add($"{path} requires what it does not have");
            if (schema["oneOf"] is JsonArray alternatives && alternatives.Any(one => one!.AsObject().Any(member => member.Key != "required")))
                faults.Add($"{path} has alternatives that are not structural");
        });
        Assert.Empty(faults);
    }

    /// <summary>For kubectl explain.</summary>
    [Theory, MemberData(nameof(Kinds))]
    public void Every_field_says_what_it_is(string plural)
    {
        var silent = new List<string>();
        Each(Schema(plural), "", (path, schema) =>
        {
            if (((string?)schema["description"])?.Length is null or 0 && !path.EndsWith("[]", StringComparison.Ordinal) && !path.EndsWith(".*", StringComparison.Ordinal) && path != ".metadata")
                silent.Add(path);
        });
        Assert.Empty(silent);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Columns_point_at_fields_that_are_there(string plural)
    {
        var kind = Kind(plural);
        var schema = Schema(plural);
        foreach (var column in kind.Columns.Where(column => !column.JsonPath.Contains('[', StringComparison.Ordinal) && !column.JsonPath.StartsWith(".metadata", StringComparison.Ordinal)))
        {
            var found = column.JsonPath.Split('.').Skip(1).Aggregate((JsonNode?)schema, (at, name) => at?["properties"]?[name]);
            Assert.True(found is not null, column.JsonPath);
            Assert.Equal(column.Type == "date" ? "string" : column.Type, (string?)found["type"]);
        }
    }

    /// <summary>NAME, then what is shown without -o wide: kubectl puts three spaces between columns.</summary>
    [Theory]
    [InlineData("lakehouses", new[] { "lake-of-the-shop-eu", "False", "CredentialsRefused", "1204", "17s", "120d" })]
    [InlineData("ingestions", new[] { "shop-events-eu-central", "False", "SourceUnreachable", "1234567", "17s", "120d" })]
    [InlineData("transformations", new[] { "daily-active-users", "False", "WaitingForUpstream", "123456789", "17s", "120d" })]
    [InlineData("qualitychecks", new[] { "conversion-rate-eu", "False", "RunFailed", "Unknown", "12/100", "17m", "120d" })]
    public void Columns_fit_eighty_characters(string plural, string[] row)
    {
        var heads = Kind(plural).Columns.Where(column => !column.Wide).Select(column => column.Name).Prepend("Name").ToList();
        Assert.Equal(heads.Count, row.Length);
        Assert.InRange(heads.Zip(row, (head, cell) => Math.Max(head.Length, cell.Length)).Sum() + (3 * (row.Length - 1)), 20, 80);
    }

    [Fact]
    public void The_operator_may_not_read_secrets_and_nothing_by_wildcard()
    {
        var rules = OperatorRules.Namespaced.Concat(OperatorRules.ClusterWide).Concat(OperatorRules.LeaderElection("lease")).ToList();
        Assert.DoesNotContain(rules, rule => rule.Resources.Any(resource => resource.StartsWith("secrets", StringComparison.Ordinal)));
        Assert.DoesNotContain(rules.Concat(OperatorRules.Edit).Concat(OperatorRules.View), rule => rule.Group == "*" || rule.Resources.Concat(rule.Verbs).Any(word => word.Contains('*', StringComparison.Ordinal)));
    }

    /// <summary>An operator that serves other namespaces beside this one has another lease, and no business with this one.</summary>
    [Fact]
    public void A_lease_is_read_and_written_by_its_name_alone()
    {
        var rules = OperatorRules.LeaderElection("mine");
        Assert.All(rules, rule => Assert.Equal(["leases"], rule.Resources));
        Assert.Equal(["create"], rules.Where(rule => rule.Names.Count == 0).SelectMany(rule => rule.Verbs));
        Assert.Equal(["get", "update"], Assert.Single(rules, rule => rule.Names.Count > 0 && rule.Names[0] == "mine").Verbs);
        Assert.Contains("resourceNames: [\"lakehouse-operator\"]", RoleDocuments.Operator(), StringComparison.Ordinal);
        Assert.Contains("resourceNames: [\"{{ include \"lakehouse-operator.fullname\" . }}\"]", RoleDocuments.ChartTemplates(), StringComparison.Ordinal);
    }

    /// <summary>An independent parser reads what the writer wrote.</summary>
    [Fact]
    public void Yaml_reads_back_as_it_was()
    {
        var node = JsonNode.Parse("""{"a": "yes", "b": ["x: y", "- z", {"c": {}, "d": [], "e": [[1, 2], "3"]}], "n": "null", "#": "a\nb\t\"\\ µ", "f": 1.5, "g": false, "h": ""}""")!;
        var text = YamlText.Write(node);
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        var root = (YamlMappingNode)yaml.Documents[0].RootNode;
        Assert.Equal("yes", ((YamlScalarNode)root["a"]).Value);
        Assert.Equal(YamlDotNet.Core.ScalarStyle.DoubleQuoted, ((YamlScalarNode)root["a"]).Style);
        Assert.Equal("a\nb\t\"\\ µ", ((YamlScalarNode)root["#"]).Value);
        Assert.Equal(["x: y", "- z"], ((YamlSequenceNode)root["b"]).Take(2).Select(item => ((YamlScalarNode)item).Value));
        Assert.Equal("2", ((YamlScalarNode)((YamlSequenceNode)((YamlSequenceNode)((YamlSequenceNode)root["b"])[2]["e"])[0])[1]).Value);
    }

    private static CustomResourceKind Kind(string plural) => CustomResourceKinds.All.Single(kind => kind.Plural == plural);

    private static JsonObject Schema(string plural) => CrdDocument.Build(Kind(plural))["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject();

    private static void Each(JsonObject schema, string path, Action<string, JsonObject> look)
    {
        look(path, schema);
        foreach (var (name, property) in schema["properties"]?.AsObject() ?? [])
            Each(property!.AsObject(), $"{path}.{name}", look);
        if (schema["items"] is JsonObject items)
            Each(items, path + "[]", look);
        if (schema["additionalProperties"] is JsonObject values)
            Each(values, path + ".*", look);
    }
}
