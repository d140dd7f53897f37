using System.Security.Cryptography;
using System.Text;
using LakehouseOperator.Operator.Watching;

namespace LakehouseOperator.Operator.Tests.Watching;

public sealed class PackedJsonTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("""{"sql":"SELECT ä, '🦆' FROM bronze.t"}""")]
    public void What_was_packed_comes_back_to_the_byte(string text)
    {
        var packed = PackedJson.Of(Encoding.UTF8.GetBytes(text));
        Assert.Equal((text, Encoding.UTF8.GetByteCount(text)), (packed.ToString(), packed.Length));
        Assert.Equal(packed, PackedJson.Of(Encoding.UTF8.GetBytes(text)));
        Assert.NotEqual(packed, PackedJson.Of(Encoding.UTF8.GetBytes(text + " ")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(70_000)]
    [InlineData(1_500_000)]
    public void Bytes_that_cannot_be_compressed_come_back_too(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        Assert.Equal(bytes, PackedJson.Of(bytes).ToUtf8());
        Assert.Equal(length, PackedJson.Of(bytes).Length);
    }

    [Fact]
    public void A_large_spec_comes_back()
    {
        var text = $"{{\"sql\":\"{string.Join(' ', Enumerable.Range(0, 100_000).Select(static i => $"column_{i}"))}\"}}";
        Assert.Equal(text, PackedJson.Of(Encoding.UTF8.GetBytes(text)).ToString());
    }
}
