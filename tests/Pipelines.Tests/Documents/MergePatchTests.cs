using System.Text.Json.Nodes;
using LakehouseOperator.Pipelines.Codes;
using LakehouseOperator.Pipelines.Documents;

namespace LakehouseOperator.Pipelines.Tests.Documents;

public sealed class MergePatchTests
{
    /// <summary>RFC 7396, appendix A, row by row.</summary>
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", "{}")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""["a","b"]""", """["c","d"]""", """["c","d"]""")]
    [InlineData("""{"a":"b"}""", """["c"]""", """["c"]""")]
    [InlineData("""{"a":"foo"}""", "null", "null")]
    [InlineData("""{"a":"foo"}""", "\"bar\"", "\"bar\"")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("[1,2]", """{"a":"b","c":null}""", """{"a":"b"}""")]
    [InlineData("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void The_examples_of_the_rfc_hold(string target, string patch, string expected) =>
        Assert.True(NodeJson.Same(JsonNode.Parse(expected), NodeJson.Of(MergePatch.Apply(Read(target), Read(patch)))));

    [Fact]
    public void Applying_a_patch_twice_is_applying_it_once()
    {
        var random = new Random(7396);
        for (var round = 0; round < 500; round++)
        {
            var target = Random(random, 3);
            var patch = Random(random, 3);
            var once = MergePatch.Apply(Read(target.ToJsonString()), Read(patch.ToJsonString()));
            var twice = MergePatch.Apply(once, Read(patch.ToJsonString()));
            Assert.True(NodeJson.Same(NodeJson.Of(once), NodeJson.Of(twice)), $"{target.ToJsonString()} with {patch.ToJsonString()}");
        }
    }

    private static JsonObject Random(Random random, int depth)
    {
        var members = new JsonObject();
        foreach (var key in new[] { "a", "b", "c" }.Where(_ => random.Next(3) > 0))
        {
            members[key] = random.Next(5) switch
            {
                0 => null,
                1 => random.Next(3),
                2 => new JsonArray(1, random.Next(3)),
                _ when depth > 0 => Random(random, depth - 1),
                _ => "text",
            };
        }

        return members;
    }

    /// <summary>Wrapped, because a document that is null is none.</summary>
    private static Node Read(string json)
    {
        var source = new SourceText("f", $"[{json}]");
        var diagnostics = new List<Diagnostic>();
        var root = YamlReader.Read(source, Assert.Single(YamlStream.Split(source)), diagnostics);
        Assert.Empty(diagnostics);
        return Assert.Single(Assert.IsType<SequenceNode>(Assert.Single(root)).Items);
    }
}
