using System.Net;
using System.Text.Json;

namespace Pipeline.Benchmarks.Scale;

/// <summary>Takes every mail and counts, with one byte a subscriber, so that what it remembers is small and known.</summary>
internal sealed class SendGridAtTheWire(int subscribers) : HttpMessageHandler
{
    private readonly byte[] mails = new byte[subscribers];
    private int calls;

    public int Calls => calls;

    public int Recipients => mails.Count(count => count > 0);

    public int MostMailsToOne => mails.Max();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref calls);
        using var body = await JsonDocument.ParseAsync(await request.Content!.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
        foreach (var one in body.RootElement.GetProperty("personalizations").EnumerateArray())
        {
            var number = SubscribersAtTheWire.NumberOf(one.GetProperty("to")[0].GetProperty("email").GetString()!);
            lock (mails)
                mails[number]++;
        }

        return new HttpResponseMessage(HttpStatusCode.Accepted) { Content = new StringContent("") };
    }
}
