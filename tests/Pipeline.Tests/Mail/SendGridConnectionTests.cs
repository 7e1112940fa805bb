using System.Net;
using System.Net.Sockets;
using Pipeline.Mail;
using Xunit;

namespace Pipeline.Tests.Mail;

public sealed class SendGridConnectionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A connection that never comes about is a fault of the network: surely nothing was taken, so the mail is sent later.</summary>
    [Fact]
    public async Task What_nobody_accepts_is_a_failed_connection_and_no_unanswered_call()
    {
        // Accepts nobody; once its queue is full, further ones get no answer.
        using var deaf = new Socket(SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        deaf.Listen(0);
        List<Stream> waiting = [];
        Exception? fault = null;
        for (var i = 0; i < 20 && fault is null; i++)
            fault = await Record.ExceptionAsync(async () =>
                waiting.Add(await SendGridConnection.ConnectAsync(deaf.LocalEndPoint!, TimeSpan.FromMilliseconds(300), Cancellation)));

        Assert.Equal(SocketError.TimedOut, Assert.IsType<SocketException>(fault).SocketErrorCode);

        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) => await SendGridConnection.ConnectAsync(deaf.LocalEndPoint!, TimeSpan.FromMilliseconds(300), cancellationToken),
        });
        var failed = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("http://sendgrid.example/", Cancellation));
        Assert.Equal(HttpRequestError.ConnectionError, failed.HttpRequestError);
        waiting.ForEach(stream => stream.Dispose());
    }
}
