using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.LocalHost.Mailbox;

/// <summary>The body of SendGrid's <c>POST /v3/mail/send</c>, with the members that the app sends.</summary>
/// <remarks>All members are optional here. <see cref="SendGridLimits"/> reports missing and unknown ones as SendGrid does.</remarks>
public sealed record SendRequest(
    IReadOnlyList<Personalization?>? Personalizations,
    Sender? From,
    string? Subject,
    IReadOnlyList<MailPart?>? Content,
    IReadOnlyDictionary<string, string?>? Headers,
    IReadOnlyDictionary<string, string?>? CustomArgs,
    TrackingSettings? TrackingSettings) : RequestObject;

/// <summary>A group of recipients and their values.</summary>
public sealed record Personalization(
    IReadOnlyList<SendGridAddress?>? To,
    IReadOnlyDictionary<string, string?>? Headers,
    IReadOnlyDictionary<string, string?>? Substitutions) : RequestObject;

public sealed record MailPart(string? Type, string? Value) : RequestObject;

/// <summary>Accepted and ignored, because the mailbox tracks nothing.</summary>
public sealed record TrackingSettings(
    ClickTracking? ClickTracking,
    TrackingSwitch? OpenTracking,
    TrackingSwitch? SubscriptionTracking,
    TrackingSwitch? Ganalytics) : RequestObject;

public sealed record ClickTracking(bool? Enable, bool? EnableText) : RequestObject;

public sealed record TrackingSwitch(bool? Enable) : RequestObject;

/// <summary>An object of a request, at any level.</summary>
public abstract record RequestObject
{
    /// <summary>Members that this stand-in does not know. Null if there are none.</summary>
    [JsonInclude, JsonExtensionData]
    internal Dictionary<string, JsonElement>? Unknown { get; set; }
}
