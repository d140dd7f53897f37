using LakehouseOperator.Pipelines.Documents;

namespace LakehouseOperator.Pipelines.Tests.Documents;

public sealed class SpellingTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "abc", 0)]
    [InlineData("ABC", "abc", 0)]
    [InlineData("abc", "acb", 1)]
    [InlineData("abc", "ab", 1)]
    [InlineData("abc", "xabc", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("", "abc", 3)]
    public void The_distance_counts_edits(string from, string to, int distance)
    {
        Assert.Equal(distance, Spelling.Distance(from, to));
        Assert.Equal(distance, Spelling.Distance(to, from));
    }

    [Theory]
    [InlineData("colums", "columns")]
    [InlineData("Columns", "columns")]
    [InlineData("tabel", "table")]
    [InlineData("zzz", null)]
    [InlineData("", null)]
    public void Only_what_is_near_is_suggested(string found, string? expected) =>
        Assert.Equal(expected, Spelling.Nearest(found, ["columns", "table", "partitionBy"]));

    [Fact]
    public void Long_texts_cost_nothing() => Assert.Null(Spelling.Nearest(new string('x', 1_000_000), ["columns"]));
}
