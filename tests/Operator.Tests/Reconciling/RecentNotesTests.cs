using LakehouseOperator.Operator.Reconciling;
using LakehouseOperator.Testing;

namespace LakehouseOperator.Operator.Tests.Reconciling;

public sealed class RecentNotesTests
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly ManualTime time = new();

    [Fact]
    public void The_same_word_about_the_same_resource_is_said_once_a_minute()
    {
        var notes = new RecentNotes(time);
        Assert.True(notes.Add("a", new Note("Failed", "why")));
        Assert.True(notes.Add("b", new Note("Failed", "why")));
        Assert.True(notes.Add("a", new Note("Failed", "why else")));
        Assert.True(notes.Add("a", new Note("Stalled", "why")));
        time.Advance(Quiet);
        Assert.False(notes.Add("a", new Note("Failed", "why")));
        time.Advance(TimeSpan.FromTicks(1));
        Assert.True(notes.Add("a", new Note("Failed", "why")));
        Assert.False(notes.Add("a", new Note("Failed", "why")));
    }

    [Fact]
    public void What_was_said_a_minute_ago_is_let_go_by_the_next_note_and_without_one()
    {
        var notes = new RecentNotes(time);
        for (var i = 0; i < 100; i++)
            Assert.True(notes.Add($"{i}", new Note("Failed", "why")));
        time.Advance(Quiet / 2);
        Assert.True(notes.Add("late", new Note("Failed", "why")));
        notes.Forget();
        Assert.Equal(101, notes.Count);
        time.Advance((Quiet / 2) + TimeSpan.FromTicks(1));
        Assert.False(notes.Add("late", new Note("Failed", "why")));
        notes.Forget();
        Assert.Equal(1, notes.Count);
        time.Advance(Quiet * 2);
        Assert.True(notes.Add("new", new Note("Failed", "why")));
        Assert.Equal(1, notes.Count);
    }
}
