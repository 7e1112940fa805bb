using Pipeline.Mail.Events;

namespace Pipeline.Digests;

/// <summary>The handling of unknown deliveries. Settings: Digest__UnknownWindow and __UnknownPolicy.</summary>
public sealed record UnknownOptions
{
    // SendGrid retries events for 24 hours.
    private static readonly TimeSpan DefaultWindow = TimeSpan.FromDays(1);

    /// <summary>How long to wait for SendGrid's events before the policy applies.</summary>
    public required TimeSpan Window { get; init; }

    public required UnknownPolicy Policy { get; init; }

    public static UnknownOptions Read(SettingsReader settings)
    {
        var options = new UnknownOptions
        {
            Window = settings.Duration(
                "Digest:UnknownWindow", DefaultWindow, length => length > TimeSpan.Zero,
                "a time span, for example 04:00:00 (four hours) or 1.00:00:00 (one day)"),
            Policy = settings.Choice("Digest:UnknownPolicy", UnknownPolicy.Hold, "Hold or Resend"),
        };
        if (options.Policy == UnknownPolicy.Resend && settings.Optional(WebhookOptions.KeyName) is null)
            settings.AddMistake(
                "The setting SendGrid__WebhookPublicKey is missing. Digest__UnknownPolicy = Resend needs it, "
                + "because without SendGrid's events digests would be sent twice. Set the key, or set Digest__UnknownPolicy to Hold.");
        return options;
    }
}

public enum UnknownPolicy
{
    /// <summary>Waits for an admin's decision, so a digest may be missing but is never sent twice.</summary>
    Hold,

    /// <summary>Sends the delivery again, so a digest may be sent twice.</summary>
    Resend,
}
