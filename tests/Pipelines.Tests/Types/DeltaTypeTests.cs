using System.Text.Json;
using LakehouseOperator.Pipelines.Types;

namespace LakehouseOperator.Pipelines.Tests.Types;

public sealed class DeltaTypeTests
{
    [Fact]
    public void Every_schema_reads_back_from_its_Delta_spelling_with_nested_nullability()
    {
        var random = new Random(3);
        for (var i = 0; i < 1000; i++)
        {
            var schema = new TableSchema([new TableColumn("a", RandomTypes.Next(random, 3, nulls: true)), new TableColumn("p", ColumnType.Date, false)], ["p"]);
            Assert.True(TableSchema.TryFromDelta(schema.ToDelta(), ["p"], out var read, out var refusal), refusal?.Message);
            Assert.Equal(schema, read);
        }
    }

    [Fact]
    public void The_spelling_is_that_of_the_protocol()
    {
        var schema = new TableSchema(
            [new TableColumn("n", ColumnType.Long, false), new TableColumn("tags", new ColumnType.Map(ColumnType.String, new ColumnType.Array(new ColumnType.Decimal(12, 2), false)))], []);
        Assert.Equal(
            """{"type":"struct","fields":[{"name":"n","type":"long","nullable":false,"metadata":{}},{"name":"tags","type":{"type":"map","keyType":"string","valueType":{"type":"array","elementType":"decimal(12,2)","containsNull":false},"valueContainsNull":true},"nullable":true,"metadata":{}}]}""",
            schema.ToDelta());
    }

    [Fact]
    public void What_others_attached_to_a_field_survives()
    {
        const string Schema = """{"type":"struct","fields":[{"name":"n","type":"string","nullable":true,"metadata":{"comment":"é \"x\"","k":[1,{"a":null}]}}]}""";
        Assert.True(TableSchema.TryFromDelta(Schema, [], out var read, out _));
        Assert.Equal(Schema, read.ToDelta());
    }

    [Theory]
    [InlineData("\"timestamp_ntz\"", "timestamp_ntz")]
    [InlineData("\"variant\"", "variant")]
    [InlineData("\"interval day\"", "interval day")]
    [InlineData("\"void\"", "void")]
    [InlineData("\"decimal(39,0)\"", "decimal(39,0)")]
    [InlineData("\"decimal(3,4)\"", "decimal(3,4)")]
    [InlineData("\"decimal(-3,4)\"", "decimal(-3,4)")]
    [InlineData("""{"type":"udt","class":"x"}""", "udt")]
    [InlineData("""{"type":"array","elementType":"timestamp_ntz","containsNull":true}""", "timestamp_ntz")]
    [InlineData("""{"type":"array"}""", "elementType")]
    [InlineData("3", "Number")]
    public void A_type_that_is_not_ours_is_refused_by_its_name_and_its_column(string type, string named)
    {
        Assert.False(TableSchema.TryFromDelta($$$"""{"type":"struct","fields":[{"name":"c","type":{{{type}}},"nullable":true,"metadata":{}}]}""", [], out _, out var refusal));
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("\"c\"", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"string\"")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"type":"struct"}""")]
    [InlineData("""{"type":"struct","fields":[3]}""")]
    [InlineData("""{"type":"struct","fields":[{"name":3,"type":"string"}]}""")]
    public void A_damaged_schema_is_refused(string schema)
    {
        Assert.False(TableSchema.TryFromDelta(schema, [], out _, out var refusal));
        Assert.NotEmpty(refusal.Help);
    }

    [Fact]
    public void A_bare_decimal_is_Sparks_decimal_of_ten_digits()
    {
        using var json = JsonDocument.Parse("\"decimal\"");
        Assert.True(ColumnType.TryFromDelta(json.RootElement, out var type, out _));
        Assert.Equal(new ColumnType.Decimal(10, 0), type);
    }
}
