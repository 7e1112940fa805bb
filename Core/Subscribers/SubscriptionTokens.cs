using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Pipeline.Keys;
using Pipeline.Topics;

namespace Pipeline.Subscribers;

public enum TokenPurpose : byte
{
    Confirm = 1,
    Unsubscribe = 2,

    /// <summary>Takes an unsubscription back. Unlike a confirmation it proves no more than the link it came from.</summary>
    Undo = 3,
}

/// <summary>
/// The tokens in links: who, which topic, what for, in which language and until when, under an HMAC-SHA-256. They need no storage, name no
/// address, and those without an end are good as long as the key that made them is among the configured ones.
/// </summary>
public sealed class SubscriptionTokens(KeyRing keys, TimeProvider time)
{
    /// <summary>How long a confirmation link works.</summary>
    public static readonly TimeSpan ConfirmationPeriod = TimeSpan.FromDays(7);

    // Stands in no topic's id. What comes after it is the language; tokens of older versions have none.
    private const char LanguageMark = '~';

    private const byte Version = 1;
    private const int HeaderBytes = 1 + 1 + sizeof(uint);
    private const int MacBytes = 16;

    /// <param name="language">The one that the digest was asked for in. In the token, so that it counts for whoever has the mail and nobody else.</param>
    public string Confirmation(TopicId topic, SubscriberKey subscriber, Language language) =>
        Create(TokenPurpose.Confirm, $"{topic}{LanguageMark}{language.Code}", subscriber, time.GetUtcNow() + ConfirmationPeriod);

    public string Unsubscription(TopicId topic, SubscriberKey subscriber) => Create(TokenPurpose.Unsubscribe, topic, subscriber, null);

    public string Undo(TopicId topic, SubscriberKey subscriber) =>
        Create(TokenPurpose.Undo, topic, subscriber, time.GetUtcNow() + ConfirmationPeriod);

    /// <summary>Null where the token is none of ours or made for something else; a token past its end is read and says so.</summary>
    public Content? Read(string? token, TokenPurpose purpose)
    {
        if (token is null || token.Length > 300 || !Base64Url.IsValid(token))
            return null;

        var bytes = Base64Url.DecodeFromChars(token);
        if (bytes.Length <= HeaderBytes + SubscriberKey.Bytes + MacBytes)
            return null;

        var payload = bytes.AsSpan(..^MacBytes);
        if (payload[0] != Version || payload[1] != (byte)purpose || !keys.Verify(KeyPurpose.Token, payload, bytes.AsSpan(^MacBytes..)))
            return null;

        var minutes = BinaryPrimitives.ReadUInt32BigEndian(payload[2..]);
        DateTimeOffset? end = minutes == 0 ? null : DateTimeOffset.UnixEpoch.AddMinutes(minutes);
        var what = Encoding.UTF8.GetString(payload[(HeaderBytes + SubscriberKey.Bytes)..]).Split(LanguageMark);
        return new Content(
            what[0],
            what.Length > 1 ? Language.Find(what[1]) : null,
            SubscriberKey.Read(payload[HeaderBytes..]),
            end < time.GetUtcNow(),
            end - ConfirmationPeriod);
    }

    private string Create(TokenPurpose purpose, string what, SubscriberKey subscriber, DateTimeOffset? end)
    {
        var payload = new byte[HeaderBytes + SubscriberKey.Bytes + Encoding.UTF8.GetByteCount(what)];
        payload[0] = Version;
        payload[1] = (byte)purpose;
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(2), end is { } time ? (uint)(time - DateTimeOffset.UnixEpoch).TotalMinutes : 0);
        subscriber.Write(payload.AsSpan(HeaderBytes));
        Encoding.UTF8.GetBytes(what, payload.AsSpan(HeaderBytes + SubscriberKey.Bytes));
        return Base64Url.EncodeToString([.. payload, .. keys.Sign(KeyPurpose.Token, payload, MacBytes)]);
    }

    /// <param name="Language">Null where the token says none.</param>
    /// <param name="MadeOn">To the minute; null for one without an end.</param>
    public sealed record Content(TopicId Topic, Language? Language, SubscriberKey Subscriber, bool Expired, DateTimeOffset? MadeOn);
}
