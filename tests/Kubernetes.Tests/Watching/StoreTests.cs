using System.Globalization;
using LakehouseOperator.Kubernetes.Controllers;
using LakehouseOperator.Kubernetes.Objects;
using LakehouseOperator.Kubernetes.Watching;

namespace LakehouseOperator.Kubernetes.Tests.Watching;

/// <summary>A store shows what its watch has shown, no less and nothing of a list that is not whole.</summary>
public sealed class StoreTests
{
    private static readonly ObjectKey A = new("ns", "a");
    private static readonly ObjectKey B = new("ns", "b");

    [Fact]
    public void Nothing_of_a_list_shows_before_it_is_whole_and_then_what_it_misses_is_gone()
    {
        var store = Synced((A, 1), (B, 2));
        var told = Tell(store);
        store.BeginList(null);
        store.AddToList(null, A, Entry(9));
        Assert.True(store.TryGet(B, out _));
        Assert.True(store.TryGet(A, out var before) && before == "1");
        store.EndList(null, "9");
        Assert.False(store.TryGet(B, out _));
        Assert.True(store.TryGet(A, out var after) && after == "9");
        Assert.Equal(["ns/b 2->", "ns/a 1->9"], told);
    }

    [Fact]
    public void A_list_that_changes_nothing_tells_of_nothing_and_keeps_the_items_that_are_there()
    {
        var store = Synced((A, 1));
        var told = Tell(store);
        store.TryGet(A, out var before);
        store.BeginList(null);
        store.AddToList(null, A, new StoreEntry<string>(1.ToString(CultureInfo.InvariantCulture), null, "u", "1"));
        store.EndList(null, "5");
        store.TryGet(A, out var after);
        Assert.Same(before, after);
        Assert.Empty(told);
    }

    [Fact]
    public void A_list_that_was_begun_again_leaves_nothing_of_the_first_try()
    {
        var store = Synced((A, 1));
        store.BeginList(null);
        store.AddToList(null, B, Entry(3));
        store.BeginList(null);
        store.EndList(null, "9");
        Assert.Empty(store.Items);
    }

    [Fact]
    public void An_object_that_cannot_be_read_is_neither_there_nor_absent()
    {
        var store = Synced((A, 1));
        var told = Tell(store);
        store.Set(null, A, new StoreEntry<string>(null, "no map", "u", "2"));
        Assert.Contains("no map", Assert.Throws<UndecodableException>(() => store.TryGet(A, out _)).Message, StringComparison.Ordinal);
        Assert.Equal([A], store.Errors.Select(error => error.Key));
        Assert.Empty(store.Items);
        Assert.Equal(1, store.Count);
        store.Set(null, A, Entry(3));
        Assert.True(store.TryGet(A, out _));
        Assert.Equal(["ns/a 1->", "ns/a ->3"], told);
    }

    [Fact]
    public void A_write_is_seen_once_the_watch_has_come_by_it()
    {
        var store = new Store<string>([null]);
        Assert.False(store.HasSeen(A, "1"));
        store.BeginList(null);
        store.EndList(null, "5");
        Assert.True(store.HasSeen(A, "5"));
        Assert.False(store.HasSeen(A, "6"));
        store.Set(null, B, Entry(7));
        Assert.True(store.HasSeen(A, "6"));
        Assert.False(store.HasSeen(A, "10"));
        store.Advance(null, "10");
        Assert.True(store.HasSeen(A, "10"));
    }

    [Fact]
    public void A_deletion_is_seen_when_the_very_object_is_gone()
    {
        var store = Synced((A, 1));
        Assert.False(store.HasLost(A, "u"));
        Assert.True(store.HasLost(A, "another"));
        store.Remove(null, A, "2");
        Assert.True(store.HasLost(A, "u"));
        Assert.False(new Store<string>([null]).HasLost(A, "u"));
    }

    [Fact]
    public void A_deletion_is_seen_when_a_finalizer_of_somebody_keeps_the_object()
    {
        var store = Synced((A, 1));
        store.Set(null, A, Entry(2) with { IsGoing = true });
        Assert.True(store.HasLost(A, "u"));
        Assert.True(store.TryGet(A, out _));
    }

    [Fact]
    public void A_deletion_is_seen_when_another_object_has_the_name_and_of_that_one_only_when_it_goes_itself()
    {
        var store = Synced((A, 1));
        store.Remove(null, A, "2");
        store.Set(null, A, Entry(3) with { Uid = "second" });
        Assert.True(store.HasLost(A, "u"));
        Assert.False(store.HasLost(A, "second"));
        store.Set(null, A, Entry(4) with { Uid = "third" });
        Assert.Equal((true, true, false), (store.HasLost(A, "u"), store.HasLost(A, "second"), store.HasLost(A, "third")));
    }

    [Fact]
    public void Deleted_of_an_entry_is_what_its_metadata_says()
    {
        var map = new ConfigMap { Metadata = new ObjectMeta { Name = "a", Uid = "u", DeletionTimestamp = DateTimeOffset.UnixEpoch } };
        Assert.True(StoreEntry<string>.Project(new Kubernetes.Api.Decoded<ConfigMap>(map.Metadata, map, null), static _ => "a").IsGoing);
        Assert.True(StoreEntry<string>.Project(new Kubernetes.Api.Decoded<ConfigMap>(map.Metadata, null, "no map"), static _ => "a").IsGoing);
    }

    [Fact]
    public void One_of_several_namespaces_that_may_not_be_listed_counts_as_empty_and_nothing_is_known_of_it()
    {
        var synced = 0;
        var store = new Store<string>(["ns", "other"], () => synced++);
        store.Refuse("other");
        Assert.Equal((false, 0), (store.IsSynced, synced));
        store.BeginList("ns");
        store.AddToList("ns", A, Entry(1));
        store.EndList("ns", "1");
        Assert.Equal((true, 1, true, false), (store.IsSynced, synced, store.IsServed("ns"), store.IsServed("other")));
        var told = Tell(store);
        store.Refuse("ns");
        Assert.Equal(["ns/a 1->"], told);
        Assert.Equal((false, false), (store.IsSynced, store.HasSeen(A, "1")));

        // A list alone is not enough: it may be allowed where a watch is not.
        store.BeginList("ns");
        store.EndList("ns", "2");
        Assert.False(store.IsServed("ns"));
        store.Serve("ns");
        Assert.Equal((true, 1, true), (store.IsSynced, synced, store.IsServed("ns")));
    }

    [Fact]
    public void Each_namespace_is_listed_by_itself_and_all_before_the_store_is_synced()
    {
        var synced = 0;
        var store = new Store<string>(["ns", "other"], () => synced++);
        store.BeginList("ns");
        store.AddToList("ns", A, Entry(1));
        store.EndList("ns", "1");
        Assert.Equal((false, 0), (store.IsSynced, synced));
        store.BeginList("other");
        store.EndList("other", "2");
        Assert.Equal((true, 1), (store.IsSynced, synced));
        store.BeginList("other");
        store.EndList("other", "3");
        Assert.True(store.TryGet(A, out _));
        Assert.Equal(1, synced);
        Assert.Throws<ArgumentException>(() => store.TryGet(new ObjectKey("third", "a"), out _));
    }

    [Fact]
    public void A_handler_that_comes_late_is_told_of_what_is_there()
    {
        var store = Synced((A, 1), (B, 2));
        Assert.Equal(["ns/a ->1", "ns/b ->2"], Tell(store, fromStart: true));
    }

    [Fact]
    public void An_index_finds_items_through_every_change()
    {
        var store = Synced((A, 1));
        var index = store.IndexBy(static (_, item) => new[] { int.Parse(item, CultureInfo.InvariantCulture) % 2 });
        Assert.Equal(["1"], index.Find(1));
        store.Set(null, B, Entry(3));
        Assert.Equal(["1", "3"], index.Find(1).Order());
        store.Set(null, A, Entry(4));
        Assert.Equal(["3"], index.Find(1));
        Assert.Equal(["4"], index.Find(0));
        store.BeginList(null);
        store.EndList(null, "9");
        Assert.Empty(index.Find(0).Concat(index.Find(1)));
    }

    [Theory]
    [InlineData("10", "9", true)]
    [InlineData("9", "10", false)]
    [InlineData("x", "x", true)]
    [InlineData("x", "1", false)]
    [InlineData(null, "1", false)]
    public void Versions_are_in_the_order_of_numbers_and_others_only_equal_themselves(string? version, string other, bool expected) =>
        Assert.Equal(expected, ResourceVersions.IsAtLeast(version, other));

    private static StoreEntry<string> Entry(int version) => new(version.ToString(CultureInfo.InvariantCulture), null, "u", version.ToString(CultureInfo.InvariantCulture));

    private static Store<string> Synced(params (ObjectKey Key, int Version)[] objects)
    {
        var store = new Store<string>([null]);
        store.BeginList(null);
        foreach (var (key, version) in objects)
            store.AddToList(null, key, Entry(version));
        store.EndList(null, "5");
        return store;
    }

    private static List<string> Tell(Store<string> store, bool fromStart = false)
    {
        var told = new List<string>();
        store.OnChanged((key, before, after) => told.Add($"{key} {before}->{after}"));
        if (!fromStart)
            told.Clear();
        return told;
    }
}
