using System.Text.Json;
using LakehouseOperator.Pipelines.Specs;

namespace LakehouseOperator.Pipelines.Tests.Specs;

public sealed class DurationTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("+5s", 50_000_000)]
    [InlineData("60s", 600_000_000)]
    [InlineData("1h30m", 54_000_000_000)]
    [InlineData("1.5h", 54_000_000_000)]
    [InlineData(".5s", 5_000_000)]
    [InlineData("5.s", 50_000_000)]
    [InlineData("250ms", 2_500_000)]
    [InlineData("10us", 100)]
    [InlineData("10µs", 100)]
    [InlineData("10μs", 100)]
    [InlineData("100ns", 1)]
    [InlineData("1s1s", 20_000_000)]
    [InlineData("2m3.5s", 1_235_000_000)]
    public void What_go_reads_is_read(string text, long ticks) => Assert.Equal(ticks, Duration.Parse(text).Value.Ticks);

    [Theory]
    [InlineData("", "is not a duration")]
    [InlineData("s", "is not a duration")]
    [InlineData(".s", "is not a duration")]
    [InlineData("1.2.3s", "is not a duration")]
    [InlineData("5", "has no unit")]
    [InlineData("1h5", "has no unit")]
    [InlineData("-5s", "is negative")]
    [InlineData("3d", "has the unknown unit \"d\"")]
    [InlineData("1 h", "has the unknown unit \" h\"")]
    [InlineData("1H", "has the unknown unit \"H\"")]
    [InlineData("1ns", "is finer than 100ns")]
    [InlineData("2562048h", "is longer than 292 years")]
    [InlineData("99999999999999999999999999h", "is longer than 292 years")]
    [InlineData("2562047h2562047h", "is longer than 292 years")]
    [InlineData("∞s", "is not a duration")]
    [InlineData("١s", "is not a duration")]
    public void What_it_is_not_is_said(string text, string problem)
    {
        Assert.False(Duration.TryParse(text, out _, out var found));
        Assert.Equal(problem, found);
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(1, "0.1µs")]
    [InlineData(15, "1.5µs")]
    [InlineData(15_000, "1.5ms")]
    [InlineData(15_000_000, "1.5s")]
    [InlineData(600_000_000, "1m0s")]
    [InlineData(36_000_000_000, "1h0m0s")]
    [InlineData(36_000_000_001, "1h0m0.0000001s")]
    public void It_is_printed_as_go_prints_it(long ticks, string text) => Assert.Equal(text, new Duration(TimeSpan.FromTicks(ticks)).ToString());

    [Fact]
    public void What_is_printed_reads_back_as_the_same()
    {
        var random = new Random(60);
        for (var i = 0; i < 10_000; i++)
        {
            var duration = new Duration(TimeSpan.FromTicks(random.NextInt64(long.MaxValue / 100) >> random.Next(60)));
            Assert.Equal(duration, Duration.Parse(duration.ToString()));
            Assert.Equal(duration, JsonSerializer.Deserialize($"{{\"maxInterval\":\"{duration}\"}}", SpecJson.Default.CommitSpec)!.MaxInterval);
        }
    }

    [Fact]
    public void No_text_does_more_than_be_refused()
    {
        var random = new Random(61);
        const string alphabet = "0123456789.+-smhunµ de";
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(70)).Select(_ => alphabet[random.Next(alphabet.Length)])]);
            Assert.Equal(Duration.TryParse(text, out var duration, out var problem), problem is null);
            Assert.True(duration.Value >= TimeSpan.Zero);
        }
    }
}
