using Pipeline.Mail.Events;

namespace Pipeline.Digests;

/// <summary>What happens to deliveries of which nobody knows whether SendGrid took them. Settings: Digest__UnknownWindow and __UnknownPolicy.</summary>
public sealed record UnknownOptions
{
    // So long SendGrid tries to hand over its events; after that none is to be expected.
    private static readonly TimeSpan DefaultWindow = TimeSpan.FromDays(1);

    /// <summary>How long SendGrid's events may still settle a delivery.</summary>
    public required TimeSpan Window { get; init; }

    public required UnknownPolicy Policy { get; init; }

    public static UnknownOptions Read(SettingsReader settings)
    {
        var options = new UnknownOptions
        {
            Window = settings.Duration(
                "Digest:UnknownWindow", DefaultWindow, length => length > TimeSpan.Zero, "a length of time as 04:00:00 for four hours or 1.00:00:00 for a day"),
            Policy = settings.Choice("Digest:UnknownPolicy", UnknownPolicy.Hold, "Hold or Resend"),
        };
        if (options.Policy == UnknownPolicy.Resend && settings.Optional(WebhookOptions.KeyName) is null)
            settings.AddMistake(
                "The setting SendGrid__WebhookPublicKey is missing, which Digest__UnknownPolicy = Resend needs: without SendGrid's events nobody could "
                + "know what it has taken, and it would be sent twice. Set the key, or Hold.");
        return options;
    }
}

public enum UnknownPolicy
{
    /// <summary>It waits for an admin's word: rather one digest too few than one too many.</summary>
    Hold,

    /// <summary>It is sent again: rather one too many.</summary>
    Resend,
}
