namespace Pipeline.LocalHost.Mailbox;

/// <summary>
/// The body of SendGrid's <c>POST /v3/mail/send</c>, as far as a mailbox can show it. Everything is optional here:
/// <see cref="SendGridLimits"/> says what is missing, in SendGrid's own terms. Members that change nothing in what a
/// recipient reads (tracking_settings, asm, batch_id, …) are skipped unread, and so is the content of attachments.
/// </summary>
public sealed record SendRequest(
    IReadOnlyList<Personalization?>? Personalizations,
    EmailAddress? From,
    EmailAddress? ReplyTo,
    IReadOnlyList<EmailAddress?>? ReplyToList,
    string? Subject,
    IReadOnlyList<Content?>? Content,
    IReadOnlyList<Attachment?>? Attachments,
    IReadOnlyDictionary<string, string?>? Headers,
    IReadOnlyDictionary<string, string?>? CustomArgs,
    IReadOnlyList<string?>? Categories,
    long? SendAt,
    string? TemplateId,
    MailSettings? MailSettings);

/// <summary>One envelope of a request: who gets it, and what differs for them.</summary>
public sealed record Personalization(
    IReadOnlyList<EmailAddress?>? To,
    IReadOnlyList<EmailAddress?>? Cc,
    IReadOnlyList<EmailAddress?>? Bcc,
    EmailAddress? From,
    string? Subject,
    IReadOnlyDictionary<string, string?>? Headers,
    IReadOnlyDictionary<string, string?>? Substitutions,
    IReadOnlyDictionary<string, string?>? CustomArgs,
    long? SendAt);

public sealed record Content(string? Type, string? Value);

public sealed record Attachment(string? Filename, string? Type);

public sealed record MailSettings(Switch? SandboxMode);

public sealed record Switch(bool? Enable);
