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
    public async Task Passes_the_lint(string name)
    {
        var kind = MailKind.Named(name);
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), [$"Pipeline:BaseUrl={PublicAddress}", .. kind.Settings]);

        var mail = await kind.SendAsync(app);
        TestContext.Current.SendDiagnosticMessage($"{name}: HTML {Encoding.UTF8.GetByteCount(mail.Html)} bytes, text {Encoding.UTF8.GetByteCount(mail.Text)} bytes.");

        Assert.Empty(await new MailLint(PublicAddress, app.Http).CheckAsync(mail, kind.IsList, kind.Language));
        if (!name.Contains("longest"))
            Assert.InRange(Encoding.UTF8.GetByteCount(mail.Html), 1, 20 * 1024);
    }

    [Fact]
    public async Task Passes_the_lint_on_the_machine_of_a_developer()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        var mail = await MailKind.Named("digest of one").SendAsync(app);

        Assert.Empty(await new MailLint(app.Get<SiteOptions>().BaseUrl, app.Http).CheckAsync(mail, toList: true));
    }

    [Fact]
    public async Task Every_reader_of_a_digest_leaves_with_one_post_to_his_own_link()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), $"Pipeline:BaseUrl={PublicAddress}");
        var kind = MailKind.Named("digest of one");
        var request = (await kind.SendAsync(app)).Request;

        // A header at the request's level would be everybody's: SendGrid puts a recipient's own in its place, one by one.
        Assert.Null(request["headers"]!["List-Unsubscribe"]);
        List<string> left = [];
        for (var reader = 0; reader < request["personalizations"]!.AsArray().Count; reader++)
        {
            var mail = new SentMail(request, reader);
            Assert.Empty(await new MailLint(PublicAddress, app.Http).CheckAsync(mail, toList: true));

            // As Gmail and Yahoo do it: no cookie, no page before it, and no redirect is followed.
            var link = new Uri(mail.Headers["List-Unsubscribe"].Trim('<', '>'));
            using var oneClick = new StringContent("List-Unsubscribe=One-Click", Encoding.UTF8, "application/x-www-form-urlencoded");
            using var answer = await app.Http.PostAsync(link.PathAndQuery, oneClick, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

            left.Add(mail.To);
            var rows = await app.SubscribersAsync();
            Assert.Equal(left.Order(), rows.Where(row => row.Status == "Unsubscribed").Select(row => row.Email).Order());
        }

        Assert.Equal(3, left.Count);
    }
}
