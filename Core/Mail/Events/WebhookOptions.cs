namespace Pipeline.Mail.Events;

public sealed record WebhookOptions
{
    public const string KeyName = "SendGrid:WebhookPublicKey";

    private static readonly TimeSpan MaxTolerance = TimeSpan.FromDays(7);

    // SendGrid retries posts for 24 hours, probably with new signatures, so an older signature is a replay. If the log shows expired
    // signatures after an outage, a tolerance of a day is safe, because repeated events change nothing.
    private static readonly TimeSpan DefaultTolerance = TimeSpan.FromMinutes(10);

    public required WebhookKey Key { get; init; }

    /// <summary>The maximum difference between the time of a signature and now, in both directions.</summary>
    public required TimeSpan Tolerance { get; init; }

    public static WebhookOptions? Read(SettingsReader settings)
    {
        var tolerance = settings.Duration(
            "SendGrid:WebhookTolerance", DefaultTolerance, length => length > TimeSpan.Zero && length <= MaxTolerance,
            "a time span of at most a week, for example 00:10:00 (ten minutes) or 1.00:00:00 (one day)");
        if (settings.Optional(KeyName) is not { } text)
            return null;
        if (WebhookKey.TryParse(text, out var key))
            return new WebhookOptions { Key = key, Tolerance = tolerance };

        // The message omits the value, because it may be a secret that was pasted by mistake.
        settings.AddMistake(
            "The setting SendGrid__WebhookPublicKey is not a public key on the curve P-256 in base64. "
            + "Copy the verification key of the signed Event Webhook from SendGrid; it begins with MFkw.");
        return null;
    }
}
