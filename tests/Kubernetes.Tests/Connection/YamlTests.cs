using System.Text.Json.Nodes;
using LakehouseOperator.Kubernetes.Connection;
using YamlDotNet.RepresentationModel;

namespace LakehouseOperator.Kubernetes.Tests.Connection;

/// <summary>Our reader of kubeconfigs' YAML says the same as a whole YAML library, or refuses.</summary>
public sealed class YamlTests
{
    public static TheoryData<string> Documents =>
    [
        "a: 1",
        "a:\n- b\n- c\nd: e",
        "a:\n  - b: 1\n    c: 2\n  - d\n",
        "- - a\n  - b\n- c: d\n",
        "a: {b: c, 'd': [e, \"f\\n\\u00e9\"], g: }\n",
        "{\"a\": {\"b\": [1, 2, {\"c\": null}]}, \"d\":\"e:f\"}",
        "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}\n",
        "# comment\na: b # more\n\nc: 'it''s' # x\nd: \"q # no\"\n",
        "a: |\n  line one\n   line two\n\n  line three\nb: >-\n  folded\n  text\n\n  more\nc: |-\n  x\n",
        "a: https://10.0.0.1:6443\nb: x#y\nc: -5\n",
        "---\na: b\n",
        "a: some words\n  that go on\n  here\nb: c\n",
        "a:\n\n  b: c\n# between\n  d: e\n",
        "\"quoted key\": v\n'k2': w\n",
        "a: ''\nb: \"\"\nc: ~\nd: null\ne:\n",
        "users:\n- name: x\n  user:\n    exec:\n      args:\n      - --a\n      - b c\n      env: null\n      interactiveMode: IfAvailable\n",
        "a: [b,\n  c, {d: e}]\nf: g\n",
        "",
        "a: {}\nb: []\n",
        "plain: a, b [c] {d}\n",
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void It_reads_what_a_whole_library_reads(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        var expected = stream.Documents.Count == 0 ? null : Plain(stream.Documents[0].RootNode);
        Assert.Equal(expected?.ToJsonString(), Plain(YamlReader.Read(text))?.ToJsonString());
    }

    [Theory]
    [InlineData("a: &x 1\nb: *x\n")]
    [InlineData("a: !!binary aGk=\n")]
    [InlineData("? a\n: b\n")]
    [InlineData("a: 1\n b: 2\n")]
    [InlineData("a: 1\na: 2\n")]
    [InlineData("a: {b: 1\n")]
    [InlineData("a: \"unended\n")]
    [InlineData("a: [1, 2\nb: 3\n")]
    [InlineData("\ta: 1\n")]
    [InlineData("a: 'b' c\n")]
    [InlineData("just words\nand: more\n")]
    [InlineData("a: 1\n---\nb: 2\n")]
    public void What_it_does_not_read_it_refuses_with_the_line(string text) =>
        Assert.Matches("^line [0-9]+ ", Assert.Throws<FormatException>(() => YamlReader.Read(text)).Message);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_comes_it_ends_with_a_value_or_a_FormatException(int seed)
    {
        var random = new Random(seed);
        const string Letters = "ab:- \n'\"{}[],#|>\\ \n  &";
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(40)).Select(_ => Letters[random.Next(Letters.Length)])]);
            try
            {
                YamlReader.Read(text);
            }
            catch (FormatException)
            {
            }
        }
    }

    [Fact]
    public void Depth_is_bounded() => Assert.Throws<FormatException>(() => YamlReader.Read(new string('[', 100_000)));

    private static JsonNode? Plain(Kubernetes.Connection.YamlNode node) => node switch
    {
        Kubernetes.Connection.YamlNode.Scalar scalar => scalar.Value is null ? null : JsonValue.Create(scalar.Value),
        Kubernetes.Connection.YamlNode.Sequence sequence => new JsonArray([.. sequence.Items.Select(Plain)]),
        Kubernetes.Connection.YamlNode.Mapping mapping => new JsonObject(mapping.Members.Select(pair => KeyValuePair.Create(pair.Key, Plain(pair.Value)))),
        _ => throw new InvalidOperationException(),
    };

    private static JsonNode? Plain(YamlDotNet.RepresentationModel.YamlNode node) => node switch
    {
        YamlScalarNode scalar => scalar.Style == YamlDotNet.Core.ScalarStyle.Plain && scalar.Value is ("" or "~" or "null")
            ? null
            : JsonValue.Create(scalar.Value),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Select(Plain)]),
        YamlMappingNode mapping => new JsonObject(mapping.Select(pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, Plain(pair.Value)))),
        _ => throw new InvalidOperationException(),
    };
}
