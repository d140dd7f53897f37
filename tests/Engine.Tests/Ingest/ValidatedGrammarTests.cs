using LakehouseOperator.Engine.Ingest.Parsing.Paths;
using LakehouseOperator.Engine.Sources.Files;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Rules;

namespace LakehouseOperator.Engine.Tests.Ingest;

/// <summary>What validation lets through, the engine takes, and what it refuses the engine would refuse.</summary>
public sealed class ValidatedGrammarTests
{
    [Fact]
    public void Paths_are_the_same_to_validation_and_to_the_parser() =>
        Agree("$$$..[[]]\"'\\ab0129* ", text => JsonPaths.IsPath(text), text => JsonPath.Parse(text));

    [Fact]
    public void File_patterns_are_the_same_to_validation_and_to_the_source() =>
        Agree("**??[[]]!^-az09./\U0001F600", text => FilePatterns.Problem(text) is null, text => FilePattern.Parse(text));

    private static void Agree(string alphabet, Func<string, bool> validate, Action<string> parse)
    {
        var runes = alphabet.EnumerateRunes().ToArray();
        var random = new Random(77);
        var valid = 0;
        for (var round = 0; round < 50_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 9)).Select(_ => runes[random.Next(runes.Length)].ToString()));
            var taken = true;
            try
            {
                parse(text);
            }
            catch (DiagnosticException)
            {
                taken = false;
            }

            Assert.True(taken == validate(text), $"\"{text}\" is taken: {taken}");
            valid += taken ? 1 : 0;
        }

        Assert.InRange(valid, 300, 49_700);
    }
}
