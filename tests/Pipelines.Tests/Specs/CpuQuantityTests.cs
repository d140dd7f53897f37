using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Tests.Specs;

public class CpuQuantityTests
{
    [Theory]
    [InlineData("1", 1000, "1")]
    [InlineData("0.5", 500, "500m")]
    [InlineData("500m", 500, "500m")]
    [InlineData("1500m", 1500, "1500m")]
    [InlineData("0.001", 1, "1m")]
    [InlineData("100000", 100_000_000, "100000")]
    public void Cores_are_read_as_Kubernetes_reads_them(string text, long millicores, string written)
    {
        Assert.Equal(new CpuQuantity(millicores), CpuQuantity.Parse(text));
        Assert.Equal(written, CpuQuantity.Parse(text).ToString());
        Assert.Equal(new CpuQuantity(millicores), CpuQuantity.Parse(written));
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData("0.0001")]
    [InlineData("0.5m")]
    [InlineData("100001")]
    [InlineData("1e3")]
    [InlineData("1 ")]
    [InlineData("1k")]
    [InlineData("99999999999999999999999999999999")]
    [InlineData("two")]
    public void What_is_no_number_of_cores_is_refused(string text) => Assert.Throws<FormatException>(() => CpuQuantity.Parse(text));
}
