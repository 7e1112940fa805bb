using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace Pipeline.Tests.Digests;

/// <summary>Accepts or refuses requests as <see cref="CrashTestApp"/> says, and has the events of accepted ones.</summary>
internal sealed class SimulatedSendGrid(CrashTestApp app)
{
    private const string InvalidAddress =
        """{"errors":[{"message":"Does not contain a valid address.","field":"personalizations.0.to.0.email"}]}""";

    private readonly ConcurrentDictionary<string, int> _mails = new();

    /// <summary>In JSON.</summary>
    public ConcurrentBag<string> Events { get; } = [];

    public IReadOnlyDictionary<string, int> Mails => _mails;

    public async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage message)
    {
        await app.BeforeCallAsync("SendGrid: POST mail/send");
        var request = await SendGridRequest.ReadAsync(message);
        var refused = app.Refused is { } address && request.Recipients.Contains(address);
        if (app.Busy)
            return SendGridWire.Answer(HttpStatusCode.TooManyRequests);
        if (!refused && app.Connection is not (Broken: true, Taken: false))
            Accept(request);
        app.Crash?.After();
        if (app.Connection.Broken)
            throw SendGridWire.ConnectionBroken();
        return refused ? SendGridWire.Answer(HttpStatusCode.BadRequest, InvalidAddress) : SendGridWire.Answer(HttpStatusCode.Accepted);
    }

    public void AddEvent(string kind, string address, Dictionary<string, object?> fields)
    {
        fields["event"] = kind;
        fields["email"] = address;
        fields["sg_event_id"] = Guid.NewGuid().ToString("N");
        fields["timestamp"] = app.Now.ToUnixTimeSeconds() + 1;
        Events.Add(JsonSerializer.Serialize(fields));
    }

    private void Accept(SendGridRequest request)
    {
        foreach (var address in request.Recipients)
        {
            _mails.AddOrUpdate(address, 1, (_, count) => count + 1);
            AddEvent("processed", address, request.CustomArgs.ToDictionary(argument => argument.Key, argument => (object?)argument.Value));
        }
    }
}
