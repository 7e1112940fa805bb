using AngleSharp.Dom;
using Pipeline.Languages;

namespace Pipeline.Tests.Mail;

public sealed partial class MailLint
{
    private async Task CheckLinksAsync(SentMail mail, IDocument document)
    {
        var inHtml = document.QuerySelectorAll("[href]").Select(link => link.GetAttribute("href")!).ToHashSet();
        var inText = mail.Text.Split('\n').Where(line => Address().IsMatch(line)).ToHashSet();
        var different = inHtml.Except(inText).Union(inText.Except(inHtml));
        Expect(inHtml.Count > 0 && inHtml.SetEquals(inText), MailRule.SameLinks, string.Join(' ', different));

        foreach (var link in inHtml.Union(inText))
        {
            if (!IsOurs(link))
            {
                Find(MailRule.OwnLinks, link);
                continue;
            }

            var uri = new Uri(link);
            // A link has the language, except English, and the token of the recipient, and no other parameter.
            var languageOnly = _language == Language.English ? "" : $"?lang={_language.Code}";
            var token = languageOnly.Length == 0 ? "?token=" : $"{languageOnly}&token=";
            var hasToken = uri.Query.StartsWith(token, StringComparison.Ordinal) && !uri.Query[token.Length..].Contains('&');
            Expect(uri.Fragment is "" && (uri.Query == languageOnly || hasToken), MailRule.LinkParameters, link);
            using var answer = await site.GetAsync(uri.PathAndQuery, Cancellation);
            Expect((int)answer.StatusCode == 200, MailRule.LinksAnswer, $"{(int)answer.StatusCode} for {link}");
        }
    }

    private bool IsOurs(string link) =>
        Uri.TryCreate(link, UriKind.Absolute, out var uri)
        && uri.UserInfo is ""
        && uri.Scheme == baseUrl.Scheme
        && uri.Authority == baseUrl.Authority;
}
