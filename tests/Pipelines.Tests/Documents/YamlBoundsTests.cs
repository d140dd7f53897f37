using System.Diagnostics;
using System.Text;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;

namespace LakehouseOperator.Pipelines.Tests.Documents;

public sealed class YamlBoundsTests
{
    private const string Head = "apiVersion: lakehouse.dev/v1alpha1\nkind: Lakehouse\nmetadata: {name: main}\nspec:\n";

    [Fact]
    public void A_billion_laughs_are_refused()
    {
        var text = new StringBuilder(Head).Append("  a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n");
        for (var i = 1; i < 30; i++)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"  a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]\n");
        Refuses(text.ToString(), "LH1010");
    }

    [Fact]
    public void Long_texts_that_aliases_repeat_are_refused() =>
        Refuses($"{Head}  a: &a {new string('x', 60_000)}\n  b: [{string.Join(", ", Enumerable.Repeat("*a", 5000))}]\n", "LH1010");

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{a: ", "}")]
    [InlineData("[", "")]
    public void Depth_is_bounded_and_no_stack_overflows(string open, string close)
    {
        const int depth = 200_000;
        Refuses($"{Head}  a: {string.Concat(Enumerable.Repeat(open, depth))}1{string.Concat(Enumerable.Repeat(close, depth))}\n", "LH1010");
    }

    [Fact]
    public void A_hundred_levels_less_the_frame_are_read() =>
        Assert.Empty(DocumentSet.Load([("a", $"{Head}  a: {new string('[', 96)}{new string(']', 96)}\n")]).Diagnostics);

    [Fact]
    public void A_file_beyond_its_bound_is_refused_without_being_read() =>
        Refuses(Head + "  a: " + new string('x', DocumentBounds.FileLength), "LH1010");

    [Theory]
    [InlineData("a: &x [*x]")]
    [InlineData("a: &x {b: *x}")]
    [InlineData("a: *x")]
    [InlineData("a: \0")]
    [InlineData("a: \u001b[31m")]
    [InlineData("a: \ufeffb")]
    public void What_no_document_can_hold_is_a_syntax_error(string text) => Refuses($"{Head}  {text}\n", "LH1001");

    [Fact]
    public void Half_a_surrogate_pair_is_a_syntax_error() => Refuses($"{Head}  a: {(char)0xD83D}\n", "LH1001");

    [Fact]
    public void Reading_takes_time_in_proportion_to_the_text()
    {
        // A calibrated bound would flake; quadratic work on four megabytes would take minutes, and the test run has its own time-out.
        var watch = Stopwatch.StartNew();
        var lines = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"  key{i}: [1, two, {{three: 3}}]\n"));
        Assert.Empty(DocumentSet.Load([("a", Head + lines)]).Diagnostics);
        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(5));
    }

    private static void Refuses(string text, string code)
    {
        var set = DocumentSet.Load([("a", text)]);
        Assert.Empty(set.Documents);
        Assert.Equal(code, Assert.Single(set.Diagnostics).Code.Id);
    }
}
