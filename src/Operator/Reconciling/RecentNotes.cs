using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace LakehouseOperator.Operator.Reconciling;

/// <summary>What was said of late. By a hash of who, why and what: ten thousand messages would be megabytes.</summary>
internal sealed class RecentNotes(TimeProvider time)
{
    /// <summary>In which the same is not said again.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly Dictionary<UInt128, DateTimeOffset> said = [];
    private DateTimeOffset swept;

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
        var now = time.GetUtcNow();
        var hash = BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{uid}\n{note.Reason}\n{note.Message}")));
        lock (said)
        {
            if (said.TryGetValue(hash, out var last) && now - last <= Quiet)
                return false;
            said[hash] = now;
            if (now - swept > Quiet)
                Sweep(now);
            return true;
        }
    }

    /// <summary>Lets go of what may be said again. New notes see to that too, but there may be none for days.</summary>
    public void Forget()
    {
        lock (said)
            Sweep(time.GetUtcNow());
    }

    private void Sweep(DateTimeOffset now)
    {
        foreach (var (hash, last) in said)
        {
            if (now - last > Quiet)
                said.Remove(hash);
        }

        said.TrimExcess();
        swept = now;
    }
}
