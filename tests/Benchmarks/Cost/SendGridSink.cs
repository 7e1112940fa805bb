using System.Net;

namespace Pipeline.Benchmarks.Cost;

/// <summary>Accepts every mail immediately, and adds up the bytes.</summary>
internal sealed class SendGridSink : HttpMessageHandler
{
    private long _bytes;

    public long Bytes => Interlocked.Read(ref _bytes);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Add(ref _bytes, (await request.Content!.ReadAsByteArrayAsync(cancellationToken)).Length);
        return new HttpResponseMessage(HttpStatusCode.Accepted) { Content = new StringContent("") };
    }
}
