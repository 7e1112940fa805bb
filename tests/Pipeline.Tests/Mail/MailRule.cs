namespace Pipeline.Tests.Mail;

/// <summary>The rules that <see cref="MailLint"/> checks.</summary>
public enum MailRule
{
    // The request
    BothPartsTextFirst,
    NoTracking,
    OneRecipientEach,
    NothingPersonal,
    NoPlaceholderLeft,

    // Headers
    PlainHeaders,
    AutoSubmitted,
    FeedbackId,
    ListUnsubscribe,
    ListUnsubscribePost,
    ListId,
    NoListWherePersonal,
    Subject,

    // The HTML part
    HtmlSize,
    HtmlHead,
    Language,
    NothingActive,
    NothingRemote,
    AltText,
    NothingHidden,
    Headings,
    LinkText,
    Direction,
    ContrastLight,
    ContrastDark,

    // The text part
    TextLines,
    TextWithoutMarkup,
    TextAddresses,
    TextSignature,

    // Links
    SameLinks,
    OwnLinks,
    LinkParameters,
    LinksAnswer,
}

public sealed record MailFinding(MailRule Rule, string What)
{
    public override string ToString() => $"{Rule}: {What}";
}
