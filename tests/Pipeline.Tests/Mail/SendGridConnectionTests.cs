using System.Net;
using System.Net.Sockets;
using Pipeline.Mail;
using Xunit;

namespace Pipeline.Tests.Mail;

public sealed class SendGridConnectionTests
{
    /// <summary>Without a connection SendGrid did not get the request, so that it is safe to send the mail again later.</summary>
    [Fact]
    public async Task A_connection_that_is_not_accepted_in_time_is_a_connection_error()
    {
        var timeout = TimeSpan.FromMilliseconds(300);
        // It accepts no connection. When its queue is full, further connections get no answer.
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        listener.Listen(0);
        var address = listener.LocalEndPoint!;
        List<Stream> waiting = [];
        Exception? fault = null;
        for (var i = 0; i < 20 && fault is null; i++)
            fault = await Record.ExceptionAsync(async () =>
                waiting.Add(await SendGridConnection.ConnectAsync(address, timeout, Cancellation)));

        Assert.Equal(SocketError.TimedOut, Assert.IsType<SocketException>(fault).SocketErrorCode);

        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) => await SendGridConnection.ConnectAsync(address, timeout, cancellationToken),
        });
        var failed = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("http://sendgrid.example/", Cancellation));
        Assert.Equal(HttpRequestError.ConnectionError, failed.HttpRequestError);
        waiting.ForEach(stream => stream.Dispose());
    }
}
