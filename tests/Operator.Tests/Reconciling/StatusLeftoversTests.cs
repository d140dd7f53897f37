using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Operator.Reconciling;

namespace LakehouseOperator.Operator.Tests.Reconciling;

public sealed class StatusLeftoversTests
{
    [Theory]
    [InlineData("""{"a": 1}""", """{"a": 1}""", null)]
    [InlineData("""{"a": 2, "list": [{"x": 1}]}""", """{"a": 1, "list": [{}]}""", null)]
    [InlineData("""{"a": {"b": {}}}""", """{"a": {"b": {}, "c": 1}}""", null)]
    [InlineData("""{"a": 1, "b": 2}""", """{"a": 1}""", """{"status":{"b":null}}""")]
    [InlineData("""{"a": {"b": 1, "c": {"d": 1}}}""", """{"a": {"b": 1, "c": {}}}""", """{"status":{"a":{"c":{"d":null}}}}""")]
    [InlineData("""{"a": {"b": 1}}""", """{"a": 1}""", null)]
    public void What_an_apply_leaves_of_others_is_removed_and_nothing_else(string there, string wanted, string? removal) =>
        Assert.Equal(removal, StatusLeftovers.Removal(RawJson.Parse(there), RawJson.Parse(wanted))?.ToString());

    [Fact]
    public void A_status_that_is_not_there_leaves_nothing() => Assert.Null(StatusLeftovers.Removal(null, RawJson.Parse("{}")));
}
