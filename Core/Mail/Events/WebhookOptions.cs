namespace Pipeline.Mail.Events;

/// <summary>The signed Event Webhook. Settings: SendGrid__WebhookPublicKey and __WebhookTolerance.</summary>
public sealed record WebhookOptions
{
    public const string KeyName = "SendGrid:WebhookPublicKey";

    private static readonly TimeSpan MaxTolerance = TimeSpan.FromDays(7);

    // SendGrid repeats a post that was not taken for 24 hours and does not say whether it signs it anew. Users report that events
    // have other ids when they come again, and the signature covers these, so a repeated post must have a signature of its own time:
    // what is older than some minutes of travel and drifting clocks was kept by a third party. If that is wrong, the log says after
    // an outage that signed posts were refused for their age; a day is no danger then, as events sent twice change nothing.
    private static readonly TimeSpan DefaultTolerance = TimeSpan.FromMinutes(10);

    public required WebhookKey Key { get; init; }

    /// <summary>How old, or how far ahead, the time of a signature may be.</summary>
    public required TimeSpan Tolerance { get; init; }

    /// <summary>Null if there is no key.</summary>
    public static WebhookOptions? Read(SettingsReader settings)
    {
        var tolerance = settings.Duration(
            "SendGrid:WebhookTolerance", DefaultTolerance, length => length > TimeSpan.Zero && length <= MaxTolerance,
            "a time as 00:10:00 (ten minutes) or 1.00:00:00 (a day), at most a week");
        if (settings.Optional(KeyName) is not { } text)
            return null;
        if (WebhookKey.TryParse(text, out var key))
            return new WebhookOptions { Key = key, Tolerance = tolerance };

        // Not repeated: the wrong thing that was pasted may be a secret.
        settings.AddMistake(
            "The setting SendGrid__WebhookPublicKey should be the verification key of the signed Event Webhook as SendGrid shows it: "
            + "a public key on the curve P-256 in base64, which begins with MFkw.");
        return null;
    }
}
