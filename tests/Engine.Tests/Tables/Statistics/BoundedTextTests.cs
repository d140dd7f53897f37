using System.Text;
using LakehouseOperator.Engine.Tables.Statistics;

namespace LakehouseOperator.Engine.Tests.Tables.Statistics;

public sealed class BoundedTextTests
{
    [Fact]
    public void Bounds_of_any_text_are_bounds_by_code_points_and_short()
    {
        var random = new Random(11);
        Rune[] alphabet = [.. "az~\u007f\u0080é\ud7ff\ue000\uffff".EnumerateRunes(), new(0x10000), new(0x1F600), new(0x10FFFE), new(0x10FFFF)];
        for (var i = 0; i < 20_000; i++)
        {
            var letters = random.Next(1, alphabet.Length + 1);
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 80)).Select(_ => alphabet[^random.Next(1, letters + 1)].ToString()));
            var least = BoundedText.Least(text);
            Assert.True(ColumnValue.OfText(least) <= ColumnValue.OfText(text));
            Assert.True(least.EnumerateRunes().Count() <= BoundedText.CodePoints);
            if (BoundedText.Greatest(text) is not { } greatest)
                continue;
            Assert.True(ColumnValue.OfText(greatest) >= ColumnValue.OfText(text));
            Assert.True(greatest.EnumerateRunes().Count() <= (2 * BoundedText.CodePoints) + 1);
        }
    }

    [Theory]
    [InlineData(32, 'a', null)]
    [InlineData(33, 'a', "\u007f")]
    [InlineData(33, '\u007f', "\U0010FFFF")]
    [InlineData(33, 'é', "\U0010FFFF")]
    public void A_maximum_is_raised_by_one_character_only_where_something_was_cut(int length, char letter, string? raised)
    {
        var text = new string(letter, length);
        Assert.Equal(raised is null ? text : text[..32] + raised, BoundedText.Greatest(text));
    }

    [Fact]
    public void Where_the_last_character_itself_was_cut_off_the_maximum_goes_on_behind_it()
    {
        const string Last = "\U0010FFFF";
        var prefix = new string('a', 32);
        Assert.Equal(prefix + Last + "\u007f", BoundedText.Greatest(prefix + Last + "bc"));
        Assert.Equal(prefix + Last, BoundedText.Greatest(prefix + Last));
        Assert.Null(BoundedText.Greatest(string.Concat(Enumerable.Repeat(Last, 100))));
    }

    [Fact]
    public void Order_is_that_of_UTF8_bytes()
    {
        string[] texts = ["", "\0", "a", "aa", "\u007f", "\u0080", "\ud7ff", "\ue000", "\uffff", "\U00010000", "\U0010FFFF"];
        foreach (var one in texts)
        {
            foreach (var other in texts)
            {
                var bytes = Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other));
                Assert.Equal(Math.Sign(bytes), Math.Sign(ColumnValue.OfText(one).CompareTo(ColumnValue.OfText(other))));
            }
        }
    }
}
