using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Tests.Specs;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1500", 1500)]
    [InlineData("+5", 5)]
    [InlineData("256Mi", 256L << 20)]
    [InlineData("10Gi", 10L << 30)]
    [InlineData("7Ei", 7L << 60)]
    [InlineData("1.5Ki", 1536)]
    [InlineData(".5Ki", 512)]
    [InlineData("5.k", 5000)]
    [InlineData("1M", 1_000_000)]
    [InlineData("1E", 1_000_000_000_000_000_000)]
    [InlineData("1e6", 1_000_000)]
    [InlineData("1E3", 1000)]
    [InlineData("1.5e1", 15)]
    [InlineData("1500e-2", 15)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("0e99", 0)]
    public void What_kubernetes_reads_is_read(string text, long bytes) => Assert.Equal(bytes, Quantity.Parse(text).Bytes);

    [Theory]
    [InlineData("", "is not a size in bytes")]
    [InlineData(".", "is not a size in bytes")]
    [InlineData("Mi", "is not a size in bytes")]
    [InlineData("1.2.3", "is not a size in bytes")]
    [InlineData("-1Gi", "is negative")]
    [InlineData("128m", "counts fractions of a byte by its suffix m")]
    [InlineData("128u", "counts fractions of a byte by its suffix u")]
    [InlineData("128n", "counts fractions of a byte by its suffix n")]
    [InlineData("10mb", "has the unknown suffix \"mb\"")]
    [InlineData("10GB", "has the unknown suffix \"GB\"")]
    [InlineData("10K", "has the unknown suffix \"K\"")]
    [InlineData("10ki", "has the unknown suffix \"ki\"")]
    [InlineData("10 Gi", "has the unknown suffix \" Gi\"")]
    [InlineData("1e30Gi", "has the unknown suffix \"e30Gi\"")]
    [InlineData("1e", "has the unknown suffix \"e\"")]
    [InlineData("1e99999", "has the unknown suffix \"e99999\"")]
    [InlineData("1e30", "is more than 2^63-1 bytes")]
    [InlineData("8Ei", "is more than 2^63-1 bytes")]
    [InlineData("9223372036854775808", "is more than 2^63-1 bytes")]
    [InlineData("1.5", "is not a whole number of bytes")]
    [InlineData("1e-1", "is not a whole number of bytes")]
    public void What_it_is_not_is_said(string text, string problem)
    {
        Assert.False(Quantity.TryParse(text, out _, out var found));
        Assert.Equal(problem, found);
    }

    [Fact]
    public void What_is_printed_reads_back_as_the_same()
    {
        var random = new Random(64);
        for (var i = 0; i < 10_000; i++)
        {
            var quantity = new Quantity((random.NextInt64() >> random.Next(63)) << (i % 2 == 0 ? 0 : random.Next(10)) & long.MaxValue);
            Assert.Equal(quantity, Quantity.Parse(quantity.ToString()));
        }

        Assert.Equal("256Mi", new Quantity(256L << 20).ToString());
        Assert.Equal("1500", new Quantity(1500).ToString());
    }

    [Fact]
    public void No_text_does_more_than_be_refused()
    {
        var random = new Random(65);
        const string alphabet = "0123456789.+-eEKMGTPkimun ";
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(70)).Select(_ => alphabet[random.Next(alphabet.Length)])]);
            Assert.Equal(Quantity.TryParse(text, out var quantity, out var problem), problem is null);
            Assert.True(quantity.Bytes >= 0);
        }
    }
}
