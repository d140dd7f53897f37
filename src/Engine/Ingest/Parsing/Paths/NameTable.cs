using System.Runtime.CompilerServices;

namespace LakehouseOperator.Engine.Ingest.Parsing.Paths;

/// <summary>
/// Finds a field among known ones by its UTF-8 name, exactly (JSON names have case). Producers write the same fields in the same order, so
/// the one after the last one found is tried first.
/// </summary>
internal sealed class NameTable
{
    private readonly byte[][] names;
    private readonly int[] slots;

    public NameTable(IReadOnlyList<string> names)
    {
        this.names = [.. names.Select(System.Text.Encoding.UTF8.GetBytes)];
        slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, names.Count * 2))];
        Array.Fill(slots, -1);
        for (var i = 0; i < this.names.Length; i++)
        {
            var slot = Hash(this.names[i]);
            while (slots[slot] >= 0)
                slot = (slot + 1) & (slots.Length - 1);
            slots[slot] = i;
        }
    }

    public int Count => names.Length;

    /// <param name="expected">The name to try first; moved past the one found.</param>
    /// <returns>The name's number, or -1.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ReadOnlySpan<byte> name, ref int expected)
    {
        if ((uint)expected < (uint)names.Length && name.SequenceEqual(names[expected]))
            return expected++;
        var found = Search(name);
        if (found >= 0)
            expected = found + 1;
        return found;
    }

    private int Search(ReadOnlySpan<byte> name)
    {
        for (var slot = Hash(name); slots[slot] >= 0; slot = (slot + 1) & (slots.Length - 1))
        {
            if (name.SequenceEqual(names[slots[slot]]))
                return slots[slot];
        }

        return -1;
    }

    private int Hash(ReadOnlySpan<byte> name) => name.Length == 0
        ? 0
        : ((name.Length * 131) + (name[0] * 31) + (name[^1] * 7) + name[name.Length / 2]) & (slots.Length - 1);
}
