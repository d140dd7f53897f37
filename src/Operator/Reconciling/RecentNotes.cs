using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>What was said of late, by the clock that only goes forward. By a hash of who, why and what: ten thousand messages would be megabytes.</summary>
internal sealed class RecentNotes(TimeProvider time)
{
    /// <summary>In which the same is not said again.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly Dictionary<UInt128, long> said = [];
    private long swept = time.GetTimestamp();

    public int Count
    {
        get
        {
            lock (said)
                return said.Count;
        }
    }

    /// <returns>Whether it is to be said now.</returns>
    public bool Add(string uid, Note note)
    {
        var now = time.GetTimestamp();
        var hash = BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{uid}\n{note.Reason}\n{note.Message}")));
        lock (said)
        {
            if (said.TryGetValue(hash, out var last) && time.GetElapsedTime(last, now) <= Quiet)
                return false;
            said[hash] = now;
            if (time.GetElapsedTime(swept, now) > Quiet)
                Sweep(now);
            return true;
        }
    }

    /// <summary>Lets go of what may be said again. New notes see to that too, but there may be none for days.</summary>
    public void Forget()
    {
        lock (said)
            Sweep(time.GetTimestamp());
    }

    private void Sweep(long now)
    {
        foreach (var (hash, last) in said)
        {
            if (time.GetElapsedTime(last, now) > Quiet)
                said.Remove(hash);
        }

        said.TrimExcess();
        swept = now;
    }
}
