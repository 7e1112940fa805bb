using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.Tests;

/// <summary>
/// Ports nobody uses, from a range below the one that systems take ports for outgoing connections from: a port of that
/// range can be gone before somebody listens on it.
/// </summary>
public static class FreePort
{
    private const int First = 20000;
    private const int Last = 31990;

    private static readonly ConcurrentDictionary<int, bool> HandedOut = new();

    /// <summary>The first of so many free ports in a row, not handed out in this process before.</summary>
    public static int Next(int inARow = 1)
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last - inARow);
            var row = Enumerable.Range(port, inARow);
            if (row.All(IsFree) && row.All(each => HandedOut.TryAdd(each, true)))
                return port;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
