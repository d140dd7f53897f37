using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Tests.Codes;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Pipelines.Tests.Documents;

/// <summary>Every folder of <c>config/samples</c> is a pipeline without a complaint, alone and as a laptop overrides it.</summary>
public sealed class SampleTests
{
    public static TheoryData<string> Folders => [.. Pipelines.Select(folder => Path.GetRelativePath(Samples, folder))];

    private static string Samples => Path.Combine(Repository.Root, "config", "samples");

    private static IEnumerable<string> Pipelines => Directory.GetDirectories(Samples).Prepend(Samples).Order(StringComparer.Ordinal);

    [Theory, MemberData(nameof(Folders))]
    public void A_sample_has_no_complaint(string folder)
    {
        var catalogue = Read(Path.Combine(Samples, folder));
        Assert.Empty(catalogue.Diagnostics.Where(d => d.Severity != DiagnosticSeverity.Note).Select(DiagnosticText.Render));
        Assert.Equal(catalogue.Resources.Count, catalogue.Valid.Count);
        Assert.NotEmpty(catalogue.Lakehouses);
    }

    [Fact]
    public void The_shop_of_a_laptop_has_no_complaint() =>
        Assert.Empty(Read(Path.Combine(Samples, "shop"), Path.Combine(Samples, "shop", "laptop")).Diagnostics.Where(d => d.Severity != DiagnosticSeverity.Note).Select(DiagnosticText.Render));

    [Fact]
    public void Each_kind_has_a_sample_of_its_own() =>
        Assert.Equal(
            Enum.GetNames<ResourceKind>().Select(kind => kind.ToLowerInvariant() + ".yaml").Order(StringComparer.Ordinal),
            Directory.GetFiles(Samples).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

    /// <summary>In a cluster there is no folder that a laptop could name.</summary>
    [Theory]
    [InlineData(".")]
    [InlineData("quickstart")]
    [InlineData("shop")]
    public void What_is_for_a_cluster_says_where_tables_lie(string folder) =>
        Assert.All(Read(Path.Combine(Samples, folder)).Lakehouses, lakehouse => Assert.Null(ClusterLocations.Of(lakehouse.Id, lakehouse.Spec)));

    /// <summary>Its Lakehouse is a folder of the command line's, and says so in a cluster by field and fix.</summary>
    [Fact]
    public void What_is_for_a_laptop_alone_is_refused_by_a_cluster_for_that()
    {
        var lakehouse = Assert.Single(Read(Path.Combine(Samples, "files")).Lakehouses);
        Assert.Equal((ClusterCodes.StorageMissing, "spec.storage"), (ClusterLocations.Of(lakehouse.Id, lakehouse.Spec)!.Code, ClusterLocations.Of(lakehouse.Id, lakehouse.Spec)!.Field));
    }

    private static Catalogue Read(params string[] folders)
    {
        var files = folders.SelectMany(folder => Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal));
        return Catalogue.Build(ParsedSet.Parse(DocumentSet.Load([.. files.Select(file => (file, File.ReadAllText(file)))])));
    }
}
