using System.Text;
using LakehouseOperator.Redis.Streams;

namespace LakehouseOperator.Redis.Tests.Streams;

public sealed class StreamIdTests
{
    [Fact]
    public void An_id_is_read_as_it_is_written_and_ordered_by_both_parts()
    {
        var random = new Random(7);
        ulong Any() => random.Next(3) switch { 0 => (ulong)random.Next(3), 1 => ulong.MaxValue - (ulong)random.Next(3), _ => (ulong)random.NextInt64() };
        for (var i = 0; i < 5000; i++)
        {
            var (one, other) = (new StreamId(Any(), Any()), new StreamId(Any(), Any()));
            Assert.Equal(one, StreamId.Parse(one.ToString()));
            var expected = ((UInt128)one.Ms << 64 | one.Seq).CompareTo((UInt128)other.Ms << 64 | other.Seq);
            Assert.Equal(Math.Sign(expected), Math.Sign(one.CompareTo(other)));
            Assert.True(one < other == expected < 0);
            Assert.True(one > other == expected > 0);
            Assert.True(one <= other == expected <= 0);
            Assert.True(one >= other == expected >= 0);
        }
    }

    [Fact]
    public void The_longest_id_fits()
    {
        Span<byte> text = stackalloc byte[StreamId.MaxLength];
        Assert.Equal(StreamId.MaxLength, StreamId.Max.Format(text));
        Assert.Equal("18446744073709551615-18446744073709551615", Encoding.ASCII.GetString(text));
    }

    [Theory]
    [InlineData("5", 5, 0)]
    [InlineData("0-0", 0, 0)]
    [InlineData("007-1", 7, 1)]
    public void A_missing_sequence_is_zero(string text, ulong ms, ulong seq) => Assert.Equal(new StreamId(ms, seq), StreamId.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("1-")]
    [InlineData("-1")]
    [InlineData("1-2-3")]
    [InlineData("+1-2")]
    [InlineData("1 -2")]
    [InlineData("1-2\n")]
    [InlineData("$")]
    [InlineData("18446744073709551616-0")]
    [InlineData("0-99999999999999999999")]
    public void What_is_no_id_is_refused(string text) => Assert.Throws<FormatException>(() => StreamId.Parse(text));
}
