using System.Net;
using Microsoft.AspNetCore.Connections;

namespace LakehouseOperator.Operator.Commands;

/// <summary>Holds each address to its share of a port's connections: one pod that opens all it can leaves room for the others.</summary>
internal sealed class AddressShare(int most)
{
    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, int> open = [];

    /// <summary>A connection beyond the share is closed without an answer.</summary>
    public ConnectionDelegate Before(ConnectionDelegate next) => async connection =>
    {
        if (connection.RemoteEndPoint is not IPEndPoint { Address: { } address })
        {
            await next(connection);
            return;
        }

        if (!TryEnter(address))
        {
            await connection.DisposeAsync();
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Leave(address);
        }
    };

    private bool TryEnter(IPAddress address)
    {
        lock (gate)
        {
            var count = open.GetValueOrDefault(address);
            if (count >= most)
                return false;
            open[address] = count + 1;
            return true;
        }
    }

    private void Leave(IPAddress address)
    {
        lock (gate)
        {
            if (--open[address] == 0)
                open.Remove(address);
        }
    }
}
