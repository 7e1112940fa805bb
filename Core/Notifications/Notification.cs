using Pipeline.Mail;

namespace Pipeline.Notifications;

public sealed record Notification(string Address, MailContent Mail)
{
    /// <param name="kind">Returned in SendGrid's events and part of the mail's feedback id.</param>
    public static Notification Of(string address, string subject, string html, string text, string kind) => new(
        address,
        new MailContent(
            subject, html, text,
            new Dictionary<string, string> { ["Auto-Submitted"] = "auto-generated", ["Feedback-ID"] = $"{kind}:pipeline" },
            new Dictionary<string, string> { ["kind"] = kind }));
}
