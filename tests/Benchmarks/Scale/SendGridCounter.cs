using System.Net;
using System.Text.Json;

namespace Pipeline.Benchmarks.Scale;

/// <summary>Takes every mail and counts, with one byte a subscriber, so that what it remembers is small and known.</summary>
internal sealed class SendGridAtTheWire(int subscribers) : HttpMessageHandler
{
    private readonly byte[] _mails = new byte[subscribers];
    private int _calls;

    public int Calls => _calls;

    public int Recipients => _mails.Count(count => count > 0);

    public int MostMailsToOne => _mails.Max();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        using var body = await JsonDocument.ParseAsync(await request.Content!.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
        foreach (var one in body.RootElement.GetProperty("personalizations").EnumerateArray())
        {
            var number = SubscribersAtTheWire.NumberOf(one.GetProperty("to")[0].GetProperty("email").GetString()!);
            lock (_mails)
                _mails[number]++;
        }

        return new HttpResponseMessage(HttpStatusCode.Accepted) { Content = new StringContent("") };
    }
}
