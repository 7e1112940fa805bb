using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.Tests;

/// <summary>Unused ports below the range for outgoing connections, whose ports may be taken before a server listens on them.</summary>
public static class FreePort
{
    private const int First = 20000;
    private const int Last = 31990;

    private static readonly ConcurrentDictionary<int, bool> HandedOut = new();

    /// <summary>The first of <paramref name="inARow"/> consecutive free ports that this process has not handed out before.</summary>
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
