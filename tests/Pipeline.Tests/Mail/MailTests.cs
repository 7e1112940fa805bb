using System.Net;
using System.Text;
using Pipeline.Site;
using Xunit;

namespace Pipeline.Tests.Mail;

public sealed class MailTests(AzuriteFixture azurite)
{
    private static readonly Uri PublicAddress = new("https://practices.example.org/");

    public static IEnumerable<TheoryDataRow<string>> Kinds => MailKind.Names;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_kind_of_mail_has_no_findings(string name)
    {
        var kind = MailKind.Named(name);
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), [$"Pipeline:BaseUrl={PublicAddress}", .. kind.Settings]);

        var mail = await kind.SendAsync(app);
        var (htmlBytes, textBytes) = (Encoding.UTF8.GetByteCount(mail.Html), Encoding.UTF8.GetByteCount(mail.Text));
        TestContext.Current.SendDiagnosticMessage($"{name}: HTML {htmlBytes} bytes, text {textBytes} bytes.");

        Assert.Empty(await new MailLint(PublicAddress, app.Http).CheckAsync(mail, kind.IsList, kind.Language));
        if (!name.Contains("longest"))
            Assert.InRange(htmlBytes, 1, 20 * 1024);
    }

    [Fact]
    public async Task A_mail_of_the_local_app_has_no_findings()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        var mail = await MailKind.Named("digest of one").SendAsync(app);

        Assert.Empty(await new MailLint(app.Get<SiteOptions>().BaseUrl, app.Http).CheckAsync(mail, toList: true));
    }

    [Fact]
    public async Task One_POST_to_the_unsubscribe_link_ends_the_subscription_of_that_recipient_only()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), $"Pipeline:BaseUrl={PublicAddress}");
        var kind = MailKind.Named("digest of one");
        var request = (await kind.SendAsync(app)).Request;

        // A header of the request would be the same for all recipients. SendGrid replaces it with that of the personalization.
        Assert.Null(request["headers"]!["List-Unsubscribe"]);
        List<string> left = [];
        for (var reader = 0; reader < request["personalizations"]!.AsArray().Count; reader++)
        {
            var mail = new SentMail(request, reader);
            Assert.Empty(await new MailLint(PublicAddress, app.Http).CheckAsync(mail, toList: true));

            // Gmail and Yahoo send no cookie, load no page before it, and follow no redirect.
            var link = new Uri(mail.Headers["List-Unsubscribe"].Trim('<', '>'));
            using var oneClick = new StringContent("List-Unsubscribe=One-Click", Encoding.UTF8, "application/x-www-form-urlencoded");
            using var answer = await app.Http.PostAsync(link.PathAndQuery, oneClick, Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

            left.Add(mail.To);
            var unsubscribed = (await app.SubscribersAsync()).Where(row => row.Status == "Unsubscribed");
            Assert.Equal(left.Order(), unsubscribed.Select(row => row.Email).Order());
        }

        Assert.Equal(3, left.Count);
    }
}
