namespace LakehouseOperator.Cli.Samples.Shop;

/// <summary>
/// Numbers that look like chance and are a function of where they were asked for (SplitMix64): what a thing is like depends on nothing but the seed and its index, so
/// that any part of a shop is made without the parts before it.
/// </summary>
internal struct Draw
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong state;

    /// <param name="subject">Keeps apart what has the same index.</param>
    public Draw(long seed, Subject subject, long index) => state = Mix(Mix((ulong)seed + Golden) ^ ((ulong)subject * Golden)) ^ Mix((ulong)index + 1);

    /// <summary>What a <see cref="Draw"/> is about.</summary>
    public enum Subject
    {
        User = 1,
        Restaurant,
        Location,
        Dish,
        Order,
        Arrival,
    }

    /// <summary>0 to 1, without 1.</summary>
    public double Share() => (Next() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double probability) => Share() < probability;

    /// <summary>From 0, below <paramref name="limit"/>.</summary>
    public int Below(int limit) => (int)Math.BigMul(Next(), (ulong)limit, out _);

    public T Of<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];

    private ulong Next() => Mix(state += Golden);

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
