using LakehouseOperator.Kubernetes.Watching;

namespace LakehouseOperator.Kubernetes.Tests.Watching;

/// <summary>What follows from each state and each input.</summary>
public sealed class StepTests
{
    private static readonly WatchState Empty = WatchState.Empty.Instance;

    [Fact]
    public void A_list_of_one_page_is_whole_at_once() =>
        Assert.Equal(new WatchStep(new WatchState.InitListed("5"), StoreEffect.WholeList, false, false), WatchStep.Next(Empty, new WatchInput.PageListed(null, "5")));

    [Fact]
    public void A_list_goes_on_page_by_page_and_watches_from_the_state_of_the_first()
    {
        var first = WatchStep.Next(Empty, new WatchInput.PageListed("a", "5"));
        Assert.Equal((StoreEffect.BeginList, new WatchState.InitPage("a", "5")), (first.Effect, first.State));
        var second = WatchStep.Next(first.State, new WatchInput.PageListed("b", "6"));
        Assert.Equal((StoreEffect.GoOn, new WatchState.InitPage("b", "5")), (second.Effect, second.State));
        var last = WatchStep.Next(second.State, new WatchInput.PageListed(null, "7"));
        Assert.Equal((StoreEffect.EndList, new WatchState.InitListed("5")), (last.Effect, last.State));
    }

    [Fact]
    public void Wherever_history_is_gone_a_new_list_begins_after_a_while()
    {
        foreach (var state in new[] { Empty, new WatchState.InitPage("a", "5"), new WatchState.InitListed("5"), new WatchState.Watching("5") })
            Assert.Equal(new WatchStep(Empty, StoreEffect.None, true, false), WatchStep.Next(state, new WatchInput.Gone()));
    }

    [Fact]
    public void Wherever_it_is_refused_what_was_known_is_dropped_and_a_new_list_begins_after_a_while()
    {
        foreach (var state in new[] { Empty, new WatchState.InitPage("a", "5"), new WatchState.InitListed("5"), new WatchState.Watching("5") })
            Assert.Equal(new WatchStep(Empty, StoreEffect.Refuse, true, false), WatchStep.Next(state, new WatchInput.Refused()));
    }

    [Fact]
    public void Wherever_anything_else_breaks_it_goes_on_where_it_was_after_a_while()
    {
        foreach (var state in new[] { Empty, new WatchState.InitPage("a", "5"), new WatchState.InitListed("5") })
            Assert.Equal(new WatchStep(state, StoreEffect.None, true, false), WatchStep.Next(state, new WatchInput.Failed()));
        Assert.Equal(new WatchStep(new WatchState.InitListed("5"), StoreEffect.None, true, false), WatchStep.Next(new WatchState.Watching("5"), new WatchInput.Failed()));
    }

    [Fact]
    public void A_watch_that_ends_in_its_time_is_opened_again_where_it_was_at_once_and_one_that_ends_early_after_a_while()
    {
        Assert.Equal(new WatchStep(new WatchState.InitListed("5"), StoreEffect.None, false, true), WatchStep.Next(new WatchState.Watching("5"), new WatchInput.Ended(false)));
        Assert.Equal(new WatchStep(new WatchState.InitListed("5"), StoreEffect.None, true, false), WatchStep.Next(new WatchState.Watching("5"), new WatchInput.Ended(true)));
    }

    [Fact]
    public void A_change_moves_on_and_forgives()
    {
        var step = WatchStep.Next(new WatchState.Watching("5"), new WatchInput.Changed("7"));
        Assert.Equal(new WatchStep(new WatchState.Watching("7"), StoreEffect.Change, false, true), step);
    }

    [Fact]
    public void A_bookmark_moves_on_and_never_back()
    {
        Assert.Equal(new WatchState.Watching("9"), WatchStep.Next(new WatchState.Watching("5"), new WatchInput.Bookmarked("9")).State);
        Assert.Equal(new WatchState.Watching("5"), WatchStep.Next(new WatchState.Watching("5"), new WatchInput.Bookmarked("3")).State);
    }

    [Fact]
    public void A_change_from_the_past_begins_a_new_list() =>
        Assert.Equal(new WatchStep(Empty, StoreEffect.None, true, false), WatchStep.Next(new WatchState.Watching("10"), new WatchInput.Changed("9")));

    [Fact]
    public void What_cannot_be_identified_changes_nothing() =>
        Assert.Equal(new WatchStep(new WatchState.Watching("5"), StoreEffect.None, false, true), WatchStep.Next(new WatchState.Watching("5"), new WatchInput.Changed(null)));

    [Fact]
    public void Whatever_is_answered_to_what_a_state_asks_for_has_a_step()
    {
        WatchState[] listing = [Empty, new WatchState.InitPage("a", "5")];
        WatchInput[] broken = [new WatchInput.Gone(), new WatchInput.Failed()];
        WatchInput[] pages = [new WatchInput.PageListed(null, "1"), new WatchInput.PageListed("b", "1"), .. broken];
        WatchInput[] read = [new WatchInput.Changed("1"), new WatchInput.Changed("x"), new WatchInput.Bookmarked("8"), new WatchInput.Ended(true), new WatchInput.Ended(false), .. broken];
        Assert.All(listing.SelectMany(state => pages.Select(input => (state, input))), pair => WatchStep.Next(pair.state, pair.input));
        Assert.All<WatchInput>([new WatchInput.Opened(), .. broken], input => WatchStep.Next(new WatchState.InitListed("5"), input));
        Assert.All(read, input => WatchStep.Next(new WatchState.Watching("5"), input));
        Assert.Throws<InvalidOperationException>(() => WatchStep.Next(Empty, new WatchInput.Opened()));
    }
}
