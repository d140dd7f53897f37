using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace LakehouseOperator.Engine.SqlWorker.Pool;

/// <summary>Who is at the other end of a Unix socket, by the kernel's word (SO_PEERCRED).</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct PeerCredentials(int Pid, uint Uid, uint Gid)
{
    private const int SolSocket = 1;
    private const int SoPeercred = 17;

    public static PeerCredentials Of(Socket socket)
    {
        Span<byte> raw = stackalloc byte[12];
        if (socket.GetRawSocketOption(SolSocket, SoPeercred, raw) != raw.Length)
            throw new IOException("the kernel does not name the peer of a Unix socket");
        return MemoryMarshal.Read<PeerCredentials>(raw);
    }
}
