using System.Globalization;
using System.Text;
using LakehouseOperator.Engine.Checks;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Engine.Tests.Checks;

/// <summary>Every member of the catalogue of checks has its kind, its folder, and a section of the guide with a sample that is valid as it stands.</summary>
public class ConformanceTests
{
    public static TheoryData<string> Members =>
        [.. typeof(CheckSpec).GetProperties().Where(property => property.PropertyType.Name.EndsWith("Check", StringComparison.Ordinal)).Select(property => property.Name)];

    [Fact]
    public void The_catalogue_has_the_nine_members_and_no_kind_beside_them()
    {
        Assert.Equal(9, Members.Count);
        Assert.Equal(
            Members.Select(member => Camel(member.Data)).Order(StringComparer.Ordinal),
            CheckKinds.All.Select(kind => kind.Name).Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Members))]
    public void A_member_has_one_kind_in_a_folder_of_its_own(string member)
    {
        var kind = Assert.Single(CheckKinds.All, kind => kind.Name == Camel(member));
        Assert.Equal($"LakehouseOperator.Engine.Checks.{member}", kind.GetType().Namespace);
        Assert.True(File.Exists(Path.Combine(Repository.Root, "src", "Engine", "Checks", member, member + "Kind.cs")));
    }

    [Theory, MemberData(nameof(Members))]
    public void A_member_has_a_section_of_the_guide_whose_sample_is_valid(string member)
    {
        var sample = SampleOf(Camel(member));
        var spec = Parse(sample);
        Assert.All(spec.Checks, check => Assert.Equal(Camel(member), CheckKinds.Of(check).Name));
        Assert.NotEmpty(spec.Checks);
    }

    [Theory, MemberData(nameof(Members))]
    public void Exactly_one_kind_declares_a_check(string member)
    {
        foreach (var check in Parse(SampleOf(Camel(member))).Checks)
            Assert.Single(CheckKinds.All, kind => kind.Declares(check));
    }

    /// <summary>The first YAML block of the section, as the checks of a document.</summary>
    private static string SampleOf(string kind)
    {
        var guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "guides", "quality-checks.md"));
        var section = guide.IndexOf($"\n### {kind}\n", StringComparison.Ordinal);
        Assert.True(section >= 0, $"docs/guides/quality-checks.md has no section \"### {kind}\"");
        var begin = guide.IndexOf("```yaml\n", section, StringComparison.Ordinal) + "```yaml\n".Length;
        return guide[begin..guide.IndexOf("```", begin, StringComparison.Ordinal)];
    }

    private static QualityCheckSpec Parse(string checks)
    {
        var document = new StringBuilder("""
            apiVersion: lakehouse.dev/v1alpha1
            kind: Lakehouse
            metadata: {name: main}
            spec: {}
            ---
            apiVersion: lakehouse.dev/v1alpha1
            kind: QualityCheck
            metadata: {name: sample}
            spec:
              lakehouseRef: {name: main}
              table: silver.orders
              checks:

            """);
        foreach (var line in checks.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            document.Append("  ").Append(line).Append('\n');
        foreach (var table in new[] { "orders", "users", "locations" })
        {
            document.Append("---\napiVersion: lakehouse.dev/v1alpha1\nkind: Transformation\n")
                .Append(CultureInfo.InvariantCulture, $"metadata: {{name: {table}}}\nspec: {{lakehouseRef: {{name: main}}, sql: SELECT 1 AS x, table: silver.{table}}}\n");
        }

        var parsed = ParsedSet.Parse(DocumentSet.Load([("sample.yaml", document.ToString())]));
        var catalogue = Catalogue.Build(parsed);
        Assert.DoesNotContain(catalogue.Diagnostics, diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        return Assert.Single(catalogue.Resources.OfType<QualityCheckResource>()).Spec;
    }

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
