using AngleSharp.Dom;
using Pipeline.Languages;
using Xunit;

namespace Pipeline.Tests.Mail;

public sealed partial class MailLint
{
    private async Task CheckLinksAsync(SentMail mail, IDocument document)
    {
        var inHtml = document.QuerySelectorAll("[href]").Select(link => link.GetAttribute("href")!).ToHashSet();
        var inText = mail.Text.Split('\n').Where(line => Address().IsMatch(line)).ToHashSet();
        Expect(inHtml.Count > 0 && inHtml.SetEquals(inText), MailRule.SameLinks, string.Join(' ', inHtml.Except(inText).Union(inText.Except(inHtml))));

        foreach (var link in inHtml.Union(inText))
        {
            if (!IsOurs(link))
            {
                Find(MailRule.OwnLinks, link);
                continue;
            }

            var uri = new Uri(link);
            // The language, which goes without saying where it is English, and who it is; nothing that would tell what they do.
            var (spoken, token) = language == Language.English ? ("", "?token=") : ($"?lang={language.Code}", $"?lang={language.Code}&token=");
            Expect(uri.Fragment is "" && (uri.Query == spoken || uri.Query.StartsWith(token, StringComparison.Ordinal) && !uri.Query[token.Length..].Contains('&')),
                MailRule.LinkParameters, link);
            using var answer = await site.GetAsync(uri.PathAndQuery, TestContext.Current.CancellationToken);
            Expect((int)answer.StatusCode == 200, MailRule.LinksAnswer, $"{(int)answer.StatusCode} for {link}");
        }
    }

    private bool IsOurs(string link) =>
        Uri.TryCreate(link, UriKind.Absolute, out var uri) && uri.UserInfo is "" && uri.Scheme == baseUrl.Scheme && uri.Authority == baseUrl.Authority;
}
