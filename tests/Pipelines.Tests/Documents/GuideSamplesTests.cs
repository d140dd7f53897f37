using System.Text.RegularExpressions;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Tests.Codes;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Pipelines.Tests.Documents;

public sealed partial class GuideSamplesTests
{
    public static TheoryData<string> Pages => [.. Directory.EnumerateFiles(Folder, "*.md").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(Repository.Root, "docs", "guides");

    /// <summary>Whole documents; what shows a part of one has no <c>apiVersion</c>. Samples that change an earlier one are read behind it, as a second file would be.</summary>
    [Fact]
    public void Every_document_in_a_guide_is_one_that_the_parser_takes()
    {
        var samples = Pages.SelectMany(page => Sample().Matches(File.ReadAllText(Path.Combine(Folder, page.Data)))
            .Select((match, number) => (File: $"{page.Data}, sample {number + 1}", Text: match.Groups[1].Value))).ToList();
        Assert.True(samples.Count >= 6, $"{samples.Count} samples were found");
        var whole = samples.Where(sample => !sample.Text.Contains("spec: {suspend: true}", StringComparison.Ordinal)).ToList();
        foreach (var sample in whole)
            Assert.Empty(Errors([sample]));
        Assert.Empty(Errors([.. whole, .. samples.Except(whole)]));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_code_that_a_guide_names_exists(string page) =>
        Assert.Empty(Code().Matches(File.ReadAllText(Path.Combine(Folder, page))).Select(match => match.Value).Distinct().Where(id => ErrorReference.Find(id) is null));

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_that_a_guide_links_to_exists(string page) =>
        Assert.Empty(Link().Matches(File.ReadAllText(Path.Combine(Folder, page))).Select(match => match.Groups[1].Value).Where(target => !Path.Exists(Path.Combine(Folder, target))));

    private static List<string> Errors(IReadOnlyList<(string File, string Text)> texts) =>
        [.. ParsedSet.Parse(DocumentSet.Load(texts)).Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => $"{d.Place?.File}: {d.Message}")];

    [GeneratedRegex(@"^```yaml\n(apiVersion:.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline, 1000)]
    private static partial Regex Sample();

    [GeneratedRegex(@"\bLH[0-9]{4}\b", RegexOptions.None, 1000)]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\((?!https?:|#)([^)#]+)", RegexOptions.None, 1000)]
    private static partial Regex Link();
}
