using System.Net;
using System.Net.Sockets;

namespace Pipeline.Mail;

/// <summary>Connects with its own timeout, so that a failed connection is not reported as a request with unknown outcome.</summary>
public static class SendGridConnection
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    public static SocketsHttpHandler NewHandler() => new()
    {
        ConnectCallback = async (context, cancellationToken) => await ConnectAsync(context.DnsEndPoint, ConnectTimeout, cancellationToken),
        // Picks up DNS changes.
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
    };

    /// <exception cref="SocketException">TimedOut if the timeout expires.</exception>
    public static async Task<Stream> ConnectAsync(EndPoint address, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            await socket.ConnectAsync(address, deadline.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
