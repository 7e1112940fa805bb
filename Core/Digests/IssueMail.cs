using System.Collections.Immutable;
using Pipeline.Mail;

namespace Pipeline.Digests;

/// <summary>An issue as it goes to everybody, in each language.</summary>
/// <param name="InLanguages">All of them, by the code of the language.</param>
/// <param name="UnsubscribePlaceholder">Stands where each recipient's own link comes.</param>
/// <param name="IsHeld">An admin holds the issue: it goes to nobody for now.</param>
public sealed record IssueMail(ImmutableDictionary<string, MailContent> InLanguages, string UnsubscribePlaceholder, bool IsHeld)
{
    /// <summary>The letter of one request: SendGrid's events come back with what names it. Nothing of it says who gets it.</summary>
    public MailContent For(Delivery delivery, RecipientRange call, Language language) => InLanguages[language.Code] with
    {
        CustomArguments = new Dictionary<string, string>
        {
            ["issue"] = $"{delivery.Topic}/{delivery.Issue}",
            ["delivery"] = delivery.Id,
            ["call"] = call.ToString(),
        },
    };
}
