using System.Net.Sockets;
using System.Text;

namespace Pipeline.LocalHost.Azurite;

/// <summary>Finds out whether nothing, a storage service or another program listens on a port.</summary>
internal static class StorageProbe
{
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5);

    public static async Task<bool> IsListeningAsync(int port, CancellationToken cancellationToken)
    {
        using var client = new TcpClient(AddressFamily.InterNetwork);
        try
        {
            await client.ConnectAsync("127.0.0.1", port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>True if the response has the header x-ms-request-id or names Azurite, which does not always send that header.</summary>
    public static async Task<bool> IsStorageAsync(int port, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ResponseTimeout);
        try
        {
            using var client = new TcpClient(AddressFamily.InterNetwork);
            await client.ConnectAsync("127.0.0.1", port, deadline.Token);
            await using var stream = client.GetStream();
            var request = $"GET /devstoreaccount1?comp=list HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request), deadline.Token);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            var response = await reader.ReadToEndAsync(deadline.Token);
            return response.Contains("x-ms-request-id", StringComparison.OrdinalIgnoreCase)
                || response.Contains("Server: Azurite", StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
