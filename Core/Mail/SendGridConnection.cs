using System.Net;
using System.Net.Sockets;

namespace Pipeline.Mail;

/// <summary>
/// Connects with a limit of its own. Without one a connection that never comes about looks like a call that was never answered,
/// and of that nobody knows whether SendGrid took it.
/// </summary>
public static class SendGridConnection
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static SocketsHttpHandler NewHandler() => new()
    {
        ConnectCallback = async (context, cancellationToken) => await ConnectAsync(context.DnsEndPoint, Limit, cancellationToken),
        // Addresses of servers change while an app runs for weeks.
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
    };

    /// <exception cref="SocketException">TimedOut after the limit, as if the network had said so.</exception>
    public static async Task<Stream> ConnectAsync(EndPoint address, TimeSpan limit, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
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
