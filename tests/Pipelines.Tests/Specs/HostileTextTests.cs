using System.Text;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;
using LakehouseOperator.Pipelines.Rules;
using LakehouseOperator.Pipelines.Specs;
using LakehouseOperator.Pipelines.Tests.Codes;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Pipelines.Tests.Specs;

/// <summary>No text does more than produce diagnostics, each of which can be shown.</summary>
public sealed class HostileTextTests
{
    private static readonly string[] Fragments =
    [
        "---\n", "...\n", "- ", ": ", "? ", "&a ", "*a", "<<: ", "!!binary ", "!x ", "| ", "|2-\n", ">+\n", "\"", "'", "{", "}", "[", "]", ", ", "#", "\t", "\n", "\r\n", "\r", "%YAML 1.1\n",
        "%TAG ! x\n", "\\u0000", "\\x", "~", ".inf", "0x", "1e999", "y", "no", "null", "\u0085", "\u2028", "\ud83d", "\ude00", "\0", "\ufeff", "日本", "`", "@", "@@", "\u001b[31m", "spec", "metadata:", "name:",
    ];

    [Fact]
    public void Mutated_documents_only_ever_give_diagnostics()
    {
        var corpus = Directory.GetFiles(Path.Combine(Repository.Root, "config", "samples"), "*.yaml", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(RepositoryFiles.TestData("diagnostics"), "*.yaml"))
            .Order(StringComparer.Ordinal).Select(File.ReadAllText).ToList();
        var random = new Random(1001);
        for (var round = 0; round < 1500; round++)
            Survives(Mutate(corpus[random.Next(corpus.Count)], random));
    }

    [Fact]
    public void Random_fragments_only_ever_give_diagnostics()
    {
        var random = new Random(1002);
        for (var round = 0; round < 8000; round++)
            Survives(string.Concat(Enumerable.Range(0, random.Next(1, 25)).Select(_ => Fragments[random.Next(Fragments.Length)])));
    }

    [Theory]
    [InlineData("quickstart/03-silver-events.yaml")]
    [InlineData("lakehouse.yaml")]
    [InlineData("transformation.yaml")]
    public void Every_beginning_of_a_document_only_ever_gives_diagnostics(string sample)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "config", "samples", sample));
        for (var length = 0; length < text.Length; length++)
            Survives(text[..length]);
    }

    private static void Survives(string text)
    {
        try
        {
            var catalogue = Catalogue.Build(ParsedSet.Parse(DocumentSet.Load([("f.yaml", text)])));
            foreach (var diagnostic in catalogue.Diagnostics)
            {
                var shown = DiagnosticText.Render(diagnostic);
                Assert.DoesNotContain(shown, c => char.IsControl(c) && c != '\n');
                Assert.True(diagnostic.Message.Length > 0 && !diagnostic.Message.EndsWith('.'), diagnostic.Message);
            }
        }
        catch (Exception error) when (error is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{error}\n{Convert.ToBase64String(Encoding.Unicode.GetBytes(text))}\n{text}");
        }
    }

    private static string Mutate(string text, Random random)
    {
        var mutated = new StringBuilder(text);
        for (var i = random.Next(1, 6); i > 0 && mutated.Length > 0; i--)
        {
            var at = random.Next(mutated.Length);
            var length = Math.Min(random.Next(1, 20), mutated.Length - at);
            switch (random.Next(5))
            {
                case 0:
                    mutated.Remove(at, length);
                    break;
                case 1:
                    mutated.Insert(at, Fragments[random.Next(Fragments.Length)]);
                    break;
                case 2:
                    mutated[at] = (char)random.Next(1, random.Next(2) == 0 ? 128 : 0xFFFF);
                    break;
                case 3:
                    mutated.Insert(random.Next(mutated.Length), mutated.ToString(at, length));
                    break;
                default:
                    mutated.Remove(at, length).Insert(at, Fragments[random.Next(Fragments.Length)]);
                    break;
            }
        }

        return mutated.ToString();
    }
}
