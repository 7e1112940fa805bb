using AngleSharp.Dom;
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
            Expect(uri.Fragment is "" && (uri.Query is "" || uri.Query.StartsWith("?token=", StringComparison.Ordinal) && !uri.Query.Contains('&')),
                MailRule.LinkParameters, link);
            using var answer = await site.GetAsync(uri.PathAndQuery, TestContext.Current.CancellationToken);
            Expect((int)answer.StatusCode == 200, MailRule.LinksAnswer, $"{(int)answer.StatusCode} for {link}");
        }
    }

    private bool IsOurs(string link) =>
        Uri.TryCreate(link, UriKind.Absolute, out var uri) && uri.UserInfo is "" && uri.Scheme == baseUrl.Scheme && uri.Authority == baseUrl.Authority;
}
