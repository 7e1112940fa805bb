using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Pipeline.Keys;

namespace Pipeline.Subscribers;

public enum TokenPurpose : byte
{
    Confirm = 1,
    Unsubscribe = 2,

    /// <summary>Undoes an unsubscription. Proves no more than the unsubscribe link.</summary>
    Undo = 3,
}

/// <summary>Signed tokens in links: subscriber, topic, purpose, language and expiry. Contain no address and need no storage.</summary>
/// <remarks>A token without expiry is valid while its key is configured.</remarks>
public sealed class SubscriptionTokens(KeyRing keys, TimeProvider time)
{
    public static readonly TimeSpan ConfirmationPeriod = TimeSpan.FromDays(7);

    // No topic id contains it. The language follows it; tokens of older versions have none.
    private const char LanguageMark = '~';

    private const byte Version = 1;
    private const int MaxLength = 300;
    private const int HeaderBytes = 1 + 1 + sizeof(uint);
    private const int MacBytes = 16;

    /// <param name="language">The requested language, in the token so that only the recipient of the mail can change the language.</param>
    public string Confirmation(TopicId topic, SubscriberKey subscriber, Language language) =>
        Create(TokenPurpose.Confirm, $"{topic}{LanguageMark}{language.Code}", subscriber, time.GetUtcNow() + ConfirmationPeriod);

    public string Unsubscription(TopicId topic, SubscriberKey subscriber) => Create(TokenPurpose.Unsubscribe, topic, subscriber, null);

    public string Undo(TopicId topic, SubscriberKey subscriber) =>
        Create(TokenPurpose.Undo, topic, subscriber, time.GetUtcNow() + ConfirmationPeriod);

    /// <summary>Null if the token is invalid or has another purpose. An expired token is returned with Expired set.</summary>
    public Content? Read(string? token, TokenPurpose purpose)
    {
        if (token is null || token.Length > MaxLength)
            return null;

        // A mail program or a paste may have broken the link into lines, or added what ends a sentence.
        var plain = string.Concat(token.Where(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_'));
        if (!Base64Url.IsValid(plain))
            return null;

        var bytes = Base64Url.DecodeFromChars(plain);
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
        var minutes = end is { } time ? (uint)(time - DateTimeOffset.UnixEpoch).TotalMinutes : 0;
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(2), minutes);
        subscriber.Write(payload.AsSpan(HeaderBytes));
        Encoding.UTF8.GetBytes(what, payload.AsSpan(HeaderBytes + SubscriberKey.Bytes));
        return Base64Url.EncodeToString([.. payload, .. keys.Sign(KeyPurpose.Token, payload, MacBytes)]);
    }

    /// <param name="MadeOn">Precision of one minute; null without expiry.</param>
    public sealed record Content(TopicId Topic, Language? Language, SubscriberKey Subscriber, bool Expired, DateTimeOffset? MadeOn);
}
