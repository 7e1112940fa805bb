using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.LocalHost.Mailbox;

/// <summary>
/// The body of SendGrid's <c>POST /v3/mail/send</c>, with the members that this product sends. Everything is optional here:
/// <see cref="SendGridLimits"/> says what is missing, in SendGrid's own terms, and refuses every other member.
/// </summary>
public sealed record SendRequest(
    IReadOnlyList<Personalization?>? Personalizations,
    Sender? From,
    string? Subject,
    IReadOnlyList<Content?>? Content,
    IReadOnlyDictionary<string, string?>? Headers,
    IReadOnlyDictionary<string, string?>? CustomArgs,
    TrackingSettings? TrackingSettings) : RequestObject;

/// <summary>One envelope of a request: who gets it, and what differs for them.</summary>
public sealed record Personalization(
    IReadOnlyList<EmailAddress?>? To,
    IReadOnlyDictionary<string, string?>? Headers,
    IReadOnlyDictionary<string, string?>? Substitutions) : RequestObject;

public sealed record Content(string? Type, string? Value) : RequestObject;

/// <summary>Accepted and not used: the mailbox tracks nothing.</summary>
public sealed record TrackingSettings(
    ClickTracking? ClickTracking, Switch? OpenTracking, Switch? SubscriptionTracking, Switch? Ganalytics) : RequestObject;

public sealed record ClickTracking(bool? Enable, bool? EnableText) : RequestObject;

public sealed record Switch(bool? Enable) : RequestObject;

/// <summary>An object of a request, at any level.</summary>
public abstract record RequestObject
{
    /// <summary>The members that this stand-in does not know; null if there are none.</summary>
    [JsonInclude, JsonExtensionData]
    internal Dictionary<string, JsonElement>? Unknown { get; set; }
}
