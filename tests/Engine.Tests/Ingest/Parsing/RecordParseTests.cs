using LakehouseOperator.DuckDb.Types;

namespace LakehouseOperator.Engine.Tests.Ingest.Parsing;

public sealed class RecordParseTests
{
    [Fact]
    public void A_record_becomes_a_row_of_the_declared_types()
    {
        var parsed = Parsed.Read(
            "id BIGINT; name VARCHAR; total DECIMAL(12,2); at TIMESTAMPTZ; tags VARCHAR[]; who STRUCT(a INTEGER, b VARCHAR); m MAP(VARCHAR, BIGINT); raw JSON",
            """{"id": 7, "name": "a \"quoted\" \u00e9 name", "total": "12.50", "at": "2026-01-31T23:59:59.999999Z", "tags": ["x", null, "y"], "who": {"b": "q", "z": 1}, "m": {"k": 1, "l": null}, "raw": {"x": [1, 2]}, "else": 1}""");
        Assert.Equal(7L, parsed.Row[0]);
        Assert.Equal("a \"quoted\" é name", parsed.Row[1]);
        Assert.Equal(new DuckDbDecimal(1250, 2), parsed.Row[2]);
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 23, 59, 59, TimeSpan.Zero).AddTicks(9999990), parsed.Row[3]);
        Assert.Equal(["x", null, "y"], (object?[])parsed.Row[4]!);
        Assert.Equal("q", ((Dictionary<string, object?>)parsed.Row[5]!)["b"]);
        Assert.Equal([new("k", 1L), new("l", null)], (KeyValuePair<object, object?>[])parsed.Row[6]!);
        Assert.Equal("""{"x": [1, 2]}""", parsed.Row[7]);
    }
}
