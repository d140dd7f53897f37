using System.Diagnostics;
using System.Text.RegularExpressions;
using LakehouseOperator.Engine.Sources.Files;
using LakehouseOperator.Pipelines.Codes;

namespace LakehouseOperator.Engine.Tests.Sources;

public sealed class FilePatternTests
{
    [Theory]
    [InlineData("*", "a.csv")]
    [InlineData("*.csv", "a.csv")]
    [InlineData("*.csv", ".csv")]
    [InlineData("a*b*c", "abbbc")]
    [InlineData("a**c", "abc")]
    [InlineData("?.csv", "ä.csv")]
    [InlineData("?.csv", "🦆.csv")]
    [InlineData("[a-c]x", "bx")]
    [InlineData("[!a-c]x", "dx")]
    [InlineData("[^a-c]x", "dx")]
    [InlineData("[]]x", "]x")]
    [InlineData("[!]]x", "ax")]
    [InlineData("[a-]x", "-x")]
    [InlineData("[*]", "*")]
    [InlineData("[🦆-🦉]", "🦉")]
    [InlineData("**", "a/b/c")]
    [InlineData("**", "c")]
    [InlineData("**/*.csv", "a.csv")]
    [InlineData("**/*.csv", "x/y/a.csv")]
    [InlineData("x/**/y/*.csv", "x/y/a.csv")]
    [InlineData("x/**/y/*.csv", "x/y/z/y/a.csv")]
    [InlineData("**/**/a", "b/a")]
    [InlineData("a b%\n.csv", "a b%\n.csv")]
    [InlineData("*.csv", "a\nb.csv")]
    [InlineData("a+(b).{c}", "a+(b).{c}")]
    public void It_means(string pattern, string path) => Assert.True(FilePattern.Parse(pattern).Matches(path));

    [Theory]
    [InlineData("*", "a/b")]
    [InlineData("*.csv", "a.csv.gz")]
    [InlineData("*.csv", "a.CSV")]
    [InlineData("?.csv", ".csv")]
    [InlineData("?.csv", "ab.csv")]
    [InlineData("[a-c]x", "dx")]
    [InlineData("[!a-c]x", "bx")]
    [InlineData("a?c", "a/c")]
    [InlineData("[!x]", "/")]
    [InlineData("x/**", "x")]
    [InlineData("x/**/y", "x/z")]
    [InlineData("**/y/*.csv", "y/z/a.csv")]
    [InlineData("a.c", "abc")]
    public void It_does_not_mean(string pattern, string path) => Assert.False(FilePattern.Parse(pattern).Matches(path));

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("a/./b")]
    [InlineData("[a")]
    [InlineData("[]")]
    [InlineData("[z-a]")]
    public void It_is_refused(string pattern)
    {
        var refusal = Assert.Throws<DiagnosticException>(() => FilePattern.Parse(pattern));
        Assert.Equal(SourceCodes.PatternInvalid, refusal.Diagnostic.Code);
        Assert.NotNull(refusal.Diagnostic.Help);
    }

    [Fact]
    public void It_agrees_with_a_regular_expression()
    {
        var random = new Random(11);
        for (var i = 0; i < 20_000; i++)
        {
            var pattern = Text(random, "ab*?/", 8);
            if (pattern.Length == 0 || pattern.Split('/').Any(part => part.Contains("**", StringComparison.Ordinal) && part != "**"))
                continue;
            var path = Text(random, "ab/", 8);
            var parts = pattern.Split('/');
            var expected = parts[^1] == "**" ? parts.Append("*") : parts;
            var regex = "^" + string.Concat(expected.Select((part, n) => part == "**"
                ? "(?:[^/]+/)*"
                : part.Replace("*", "[^/]*", StringComparison.Ordinal).Replace("?", "[^/]", StringComparison.Ordinal) + (n == expected.Count() - 1 ? "" : "/"))) + "$";
            if (path.Length > 0)
                Assert.True(Regex.IsMatch(path, regex, RegexOptions.None, TimeSpan.FromSeconds(5)) == FilePattern.Parse(pattern).Matches(path), $"{pattern} on {path}");
        }
    }

    [Fact]
    public void No_name_makes_it_slow()
    {
        var pattern = FilePattern.Parse(string.Concat(Enumerable.Repeat("*a", 100)) + "b");
        var started = Stopwatch.GetTimestamp();
        Assert.False(pattern.Matches(new string('a', 20_000)));
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
    }

    private static string Text(Random random, string alphabet, int most) => string.Join('/', new string(
        [.. Enumerable.Range(0, random.Next(1, most)).Select(_ => alphabet[random.Next(alphabet.Length)])]).Split('/', StringSplitOptions.RemoveEmptyEntries));
}
