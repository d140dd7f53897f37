using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Tests.Codes;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Pipelines.Tests.Rules;

/// <summary>Every file of <c>testdata/diagnostics</c>, and what a person is told about it, word for word.</summary>
public sealed class GoldenDiagnosticsTests
{
    public static TheoryData<string> Cases => [.. Directory.GetFiles(RepositoryFiles.TestData("diagnostics"), "*.yaml").Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_bad_file_is_answered_by_these_words(string name)
    {
        var text = await File.ReadAllTextAsync(RepositoryFiles.TestData("diagnostics", name + ".yaml"), TestContext.Current.CancellationToken);
        var parsed = ParsedSet.Parse(DocumentSet.Load([(name + ".yaml", text)]));
        var catalogue = await Catalogue.BuildAsync(parsed, new MarkedSqlJudge(), TestContext.Current.CancellationToken);
        var rendered = string.Join("\n\n", catalogue.Diagnostics.Select(DiagnosticText.Render));
        RepositoryFiles.Matches(
            RepositoryFiles.TestData("diagnostics", name + ".txt"),
            $"{rendered}\n\nvalid: {Names(catalogue.Valid)}\ninvalid: {Names(catalogue.Invalid)}\n");
    }

    [Fact]
    public void The_quickstart_has_no_complaint()
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "config", "samples", "quickstart"), "*.yaml").Order(StringComparer.Ordinal);
        var catalogue = Catalogue.Build(ParsedSet.Parse(DocumentSet.Load([.. files.Select(f => (f, File.ReadAllText(f)))])));
        Assert.Empty(catalogue.Diagnostics.Where(d => d.Severity != DiagnosticSeverity.Note).Select(DiagnosticText.Render));
        Assert.Equal(9, catalogue.Valid.Count);
    }

    private static string Names(IEnumerable<ResourceId> ids) => string.Join(", ", ids.Select(id => id.ToString()).Order(StringComparer.Ordinal));
}
