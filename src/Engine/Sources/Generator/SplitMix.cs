namespace LakehouseOperator.Engine.Sources.Generator;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014) as a function of seed and counter instead of a sequence, so that any element can be had without the ones before.
/// </summary>
internal static class SplitMix
{
    public static ulong At(ulong seed, ulong counter)
    {
        var z = unchecked(seed + (counter + 1) * 0x9E3779B97F4A7C15UL);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
        return z ^ (z >> 31);
    }

    /// <summary>Maps 32 random bits to [0, bound) (Lemire's multiplication; the bias below 2^-32 is of no matter here).</summary>
    public static long Below(uint bits, long bound) => (long)((ulong)(uint)bound * bits >> 32);
}
