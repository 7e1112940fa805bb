using System.Net;
using System.Net.Http.Json;
using System.Text;
using Pipeline.Subscribers;
using Xunit;

namespace Pipeline.Tests.Subscribers;

public sealed class SubscriberLanguageTests(AzuriteFixture azurite)
{
    private const string Email = "angelica@example.org";

    [Theory]
    [InlineData("fr", null, "fr")]
    [InlineData(" FR-ca ", "es", "fr")]
    [InlineData("F\u0001r\u200b", "es", "fr")]
    [InlineData("\u0001", "es", "es")]
    [InlineData("en", "ar", "en")]
    [InlineData("", "es, en;q=0.5", "es")]
    [InlineData(null, "ar-MA", "ar")]
    [InlineData(null, "de", "en")]
    [InlineData(null, null, "en")]
    public async Task It_is_the_requested_language_or_else_the_one_the_client_prefers(string? language, string? preferred, string expected)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        await SignUpAsync(app, language, preferred);

        var mail = await MailAsync(app, 1);
        Assert.Equal(expected, LanguageOf(mail));
        Assert.Equal(expected, await LanguageAsync(app));
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(await app.ConfirmationLinkAsync(Email))).Status);
        Assert.Equal(("Confirmed", expected), (await app.StatusAsync(Email), await LanguageAsync(app)));
    }

    [Theory]
    [InlineData("\"de\"")]
    [InlineData("\"french\"")]
    [InlineData("5")]
    public async Task An_unknown_language_is_rejected_with_the_list_of_known_ones(string language)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var body = new StringContent(
            $$"""{"email":"{{Email}}","topic":"{{PipelineApp.Topic}}","language":{{language}}}""", Encoding.UTF8, "application/json");
        using var answer = await app.Http.PostAsync("api/subscriptions", body, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.ReadAsync<Problem>();
        Assert.Equal("Choose a language: en, fr, es, ar", problem.Errors!["language"][0]);
        Assert.Null(await app.SubscriberAsync(Email));
    }

    [Fact]
    public async Task The_form_uses_the_language_of_its_page()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var form = new FormUrlEncodedContent([new("email", Email), new("topic", PipelineApp.Topic)]);
        using var answer = await app.Http.PostAsync("subscribe?lang=ar", form, Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("ar", LanguageOf(await MailAsync(app, 1)));
    }

    [Fact]
    public async Task A_second_sign_up_changes_the_language_only_when_it_is_confirmed()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await SignUpAsync(app, "fr");
        await app.PostAsync(await app.ConfirmationLinkAsync(Email));
        var confirmedOn = (await app.SubscriberAsync(Email))!.ConfirmedOn;

        app.Time.Advance(TimeSpan.FromHours(2));
        await SignUpAsync(app, "ar");
        Assert.Equal("ar", LanguageOf(await MailAsync(app, 2)));
        Assert.Equal("fr", await LanguageAsync(app));

        var link = await app.ConfirmationLinkAsync(Email, 2);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync(link)).Status);
        Assert.Equal("fr", await LanguageAsync(app));
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(link)).Status);

        // The time of the consent stays: reports of SendGrid from before it do not count.
        var row = (await app.SubscriberAsync(Email))!;
        Assert.Equal(("Confirmed", "ar", confirmedOn), (row.Status, row.Language, row.ConfirmedOn));
    }

    [Fact]
    public async Task The_language_is_that_of_the_confirmed_sign_up()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await SignUpAsync(app, "ar");
        await MailAsync(app, 1);
        app.Time.Advance(TimeSpan.FromMinutes(10));

        await SignUpAsync(app, "en");

        Assert.Equal("en", LanguageOf(await MailAsync(app, 2)));
        await app.PostAsync(await app.ConfirmationLinkAsync(Email, 2));
        Assert.Equal("en", await LanguageAsync(app));
    }

    [Fact]
    public async Task A_renewed_link_and_an_undone_unsubscription_keep_the_language()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await SignUpAsync(app, "es");
        var expired = await app.ConfirmationLinkAsync(Email);
        app.Time.Advance(SubscriptionTokens.ConfirmationPeriod + TimeSpan.FromMinutes(2));

        await app.PostAsync(expired.Replace("/confirm", "/renew"));
        Assert.Equal("es", LanguageOf(await MailAsync(app, 2)));
        await app.PostAsync(await app.ConfirmationLinkAsync(Email, 2));
        await app.PostAsync(app.UnsubscribeLink(Email));
        var undo = app.Get<SubscriptionTokens>().Undo(PipelineApp.Topic, SubscriberSteps.KeyOf(Email));
        await app.PostAsync($"subscriptions/confirm?token={undo}&lang=ar");

        Assert.Equal(("Confirmed", "es"), (await app.StatusAsync(Email), await LanguageAsync(app)));
    }

    [Theory]
    [InlineData(" FR ", "fr")]
    [InlineData("Arabic", "en")]
    [InlineData("", "en")]
    [InlineData(5, "en")]
    [InlineData(null, "en")]
    public async Task A_language_that_an_admin_typed_is_read_leniently(object? typed, string expected)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var row = new Dictionary<string, object?> { ["Status"] = "Confirmed", ["ConfirmedOn"] = app.Time.GetUtcNow() };
        if (typed is not null)
            row["Language"] = typed;
        await app.WriteSubscriberAsync(Email, row);

        var key = SubscriberSteps.KeyOf(Email);
        Assert.Equal(expected, (await app.Get<SubscriberTable>().FindAsync(PipelineApp.Topic, key, Cancellation))!.Language.Code);
        Assert.Equal(expected, Assert.Single((await app.FirstConfirmedAsync(10)).Subscribers).Language.Code);
    }

    private static async Task SignUpAsync(PipelineApp app, string? language, string? preferred = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/subscriptions");
        request.Content = JsonContent.Create(new { email = Email, topic = PipelineApp.Topic, language });
        if (preferred is not null)
            request.Headers.TryAddWithoutValidation("Accept-Language", preferred);
        using var answer = await app.Http.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    private static async Task<ReceivedMail> MailAsync(PipelineApp app, int number)
    {
        await app.ConfirmationLinkAsync(Email, number);
        return (await app.MailsAsync(Email)).OrderBy(mail => mail.ReceivedOn).ElementAt(number - 1);
    }

    private static string LanguageOf(ReceivedMail mail) => mail.Html.Split("<html lang=\"")[1][..2];

    private static async Task<string?> LanguageAsync(PipelineApp app) => (await app.SubscriberAsync(Email))?.Language;
}
