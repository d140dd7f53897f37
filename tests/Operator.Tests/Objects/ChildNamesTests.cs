using LakehouseOperator.Operator.Objects;

namespace LakehouseOperator.Operator.Tests.Objects;

public sealed class ChildNamesTests
{
    public static TheoryData<string> Names =>
    [
        "orders", "a", "0", "a.b.c", "shop.example.com", new string('a', 63), new string('a', 253), string.Join('.', Enumerable.Repeat("abc", 63)), $"{new string('a', 39)}.b", $"{new string('a', 39)}-b",
        "naïve-ünïcode", "заказы", "注文", "A_B", "-", "...", "💥", "",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_is_a_DNS_label_that_leaves_room_for_what_controllers_append(string name)
    {
        var child = ChildNames.Of(name, "uid", "run");

        Assert.Matches("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", child);
        Assert.True(child.Length <= 51, child);
    }

    [Fact]
    public void Names_differ_by_everything_that_tells_two_objects_apart_and_by_its_order()
    {
        string[] names =
        [
            ChildNames.Of("a", "x", "y"), ChildNames.Of("a", "y", "x"), ChildNames.Of("a", "xy"), ChildNames.Of("a", "x", "y", ""), ChildNames.Of("a", "", "xy"), ChildNames.Of("a", "1:x"),
            ChildNames.Of(new string('b', 200) + "1", "x"), ChildNames.Of(new string('b', 200) + "2", "z"),
        ];

        Assert.Equal(names.Length, names.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(ChildNames.Of("a", "x", "y"), ChildNames.Of("a", "x", "y"));
    }

    [Fact]
    public void Hashes_of_many_hardly_ever_meet()
    {
        Assert.Equal(100_000, Enumerable.Range(0, 100_000).Select(i => ChildNames.Hash($"uid-{i}")).Distinct(StringComparer.Ordinal).Count());
    }
}
