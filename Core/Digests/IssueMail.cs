using System.Collections.Immutable;
using Pipeline.Mail;

namespace Pipeline.Digests;

/// <param name="StartedOn">The start of the issue. Differs if the issue was deleted and made again.</param>
/// <param name="UnsubscribePlaceholder">Replaced by each recipient's own link.</param>
/// <param name="IsWithdrawn">True if none of the issue's practices is published any more: nothing is sent.</param>
public sealed record IssueMail(
    ImmutableDictionary<string, MailContent> ByLanguage, DateTimeOffset StartedOn, string UnsubscribePlaceholder, bool IsHeld,
    bool IsWithdrawn)
{
    /// <summary>Adds the custom arguments that SendGrid's events return. They identify the request, but no recipient.</summary>
    public MailContent For(Delivery delivery, RecipientRange range, Language language) => ByLanguage[language.Code] with
    {
        CustomArguments = new Dictionary<string, string>
        {
            ["issue"] = $"{delivery.Topic}/{delivery.Issue}",
            ["delivery"] = delivery.Id,
            ["call"] = range.ToString(),
        },
    };
}
