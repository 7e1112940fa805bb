using System.Globalization;
using System.Net;
using System.Net.Http.Json;

namespace Pipeline.Benchmarks.Scale;

/// <summary>Accepts and counts every mail. It needs one byte for each subscriber, because the memory of the process is measured.</summary>
internal sealed class SendGridCounter(int subscribers) : HttpMessageHandler
{
    private readonly byte[] _mails = new byte[subscribers];
    private int _calls;

    public int Calls => _calls;

    public int Recipients => _mails.Count(count => count > 0);

    public int MaxMailsToOne => _mails.Max();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        var mail = await request.Content!.ReadFromJsonAsync<Mail>(cancellationToken);
        foreach (var personalization in mail!.Personalizations)
        {
            var number = NumberOf(personalization.To[0].Email);
            lock (_mails)
                _mails[number]++;
        }

        return new HttpResponseMessage(HttpStatusCode.Accepted) { Content = new StringContent("") };
    }

    /// <summary>The number of the subscriber: <see cref="ReaderFile"/> has addresses like "reader42@example.org".</summary>
    private static int NumberOf(string email)
    {
        const int start = 6;
        return int.Parse(email.AsSpan(start, email.IndexOf('@') - start), CultureInfo.InvariantCulture);
    }

    private sealed record Mail(IReadOnlyList<Personalization> Personalizations);

    private sealed record Personalization(IReadOnlyList<Recipient> To);

    private sealed record Recipient(string Email);
}
