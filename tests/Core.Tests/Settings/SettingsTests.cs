using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Languages;
using Pipeline.Mail;
using Pipeline.Site;
using Pipeline.Submissions;
using Pipeline.Topics;
using Xunit;

namespace Pipeline.Core.Tests.Settings;

public sealed class SettingsTests
{
    private static readonly string Key = Convert.ToBase64String(new byte[32]);

    private static readonly Dictionary<string, string?> Required = new()
    {
        ["Pipeline:BaseUrl"] = "https://example.org",
        ["Digest:Day"] = "Monday",
        ["Digest:Time"] = "09:00",
        ["Digest:TimeZone"] = "Europe/Brussels",
        ["SendGrid:ApiKey"] = "SG.x",
        ["SendGrid:From"] = "digest@example.org",
        ["SendGrid:FromName"] = "Making Migration Work",
        ["Tokens:Keys:0"] = Key,
    };

    [Theory]
    [InlineData("en", "submit", "https://example.org/submit")]
    [InlineData("fr", "submit", "https://example.org/submit?lang=fr")]
    [InlineData("fr", "", "https://example.org/?lang=fr")]
    [InlineData("ar", "subscriptions/unsubscribe?token=a-b", "https://example.org/subscriptions/unsubscribe?lang=ar&token=a-b")]
    public void A_link_has_its_language_unless_it_is_English(string language, string path, string address) =>
        Assert.Equal(address, Read([]).Site.Link(path, Language.Find(language)!).AbsoluteUri);

    [Theory]
    [InlineData("SendGrid:ApiKey", "SendGrid__ApiKey")]
    [InlineData("Tokens:Keys:0", "Tokens__Keys__0")]
    public void An_unresolved_key_vault_reference_is_reported(string name, string shown)
    {
        var failures = Failures(With(new() { [name] = "@Microsoft.KeyVault(VaultName=kv;SecretName=key)" }));

        Assert.StartsWith($"The setting {shown} is still a reference to the key vault", Assert.Single(failures), StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_with_other_letters_is_written_as_browsers_send_it()
    {
        var settings = Read(new()
        {
            ["Pipeline:BaseUrl"] = "https://práctica.example:8443",
            ["Pipeline:EmbedOrigins:0"] = "https://مثال.example",
        });

        Assert.Equal("https://xn--prctica-iwa.example:8443/submit", settings.Site.Link("submit").AbsoluteUri);
        Assert.Equal("https://xn--mgbh0fb.example/", Assert.Single(settings.Site.EmbedOrigins).AbsoluteUri);
        Assert.True(settings.Site.IsEmbedOrigin(new Uri("https://xn--mgbh0fb.example/thanks")));
    }

    [Fact]
    public void Settings_that_are_missing_have_defaults()
    {
        var settings = Read([]);

        Assert.Equal("https://example.org/a", settings.Site.Link("a").AbsoluteUri);
        Assert.Equal(Moderation.Required, settings.Submissions.Moderation);
        var topic = Assert.Single(settings.Topics.All);
        Assert.Equal("mainstreaming-migration", topic.Id);
        Assert.Equal(DayOfWeek.Monday, topic.Schedule.Day);
        Assert.True(topic.Schedule.SkipEmpty);
    }

    [Fact]
    public void A_topic_can_have_its_own_schedule()
    {
        var settings = Read(new()
        {
            ["Topics:0:Id"] = "health",
            ["Topics:0:Name"] = "Health",
            ["Topics:1:Id"] = "work",
            ["Topics:1:Name"] = "Work",
            ["Topics:1:Digest:Day"] = "always",
        });

        Assert.Equal([DigestFrequency.Weekly, DigestFrequency.Always], settings.Topics.All.Select(topic => topic.Schedule.Frequency));
    }

    [Theory]
    [InlineData("Pipeline:BaseUrl", "example.org", "Pipeline__BaseUrl")]
    [InlineData("Pipeline:BaseUrl", "ftp://example.org", "Pipeline__BaseUrl")]
    [InlineData("Pipeline:BaseUrl", null, "Pipeline__BaseUrl")]
    [InlineData("Pipeline:Moderation", "Maybe", "Pipeline__Moderation")]
    [InlineData("Pipeline:Moderation", "1", "Pipeline__Moderation")]
    [InlineData("Pipeline:PageAge", "2", "Pipeline__PageAge")]
    [InlineData("Pipeline:PageAge", "-00:00:01", "Pipeline__PageAge")]
    [InlineData("Pipeline:PageAge", "1.00:00:00", "Pipeline__PageAge")]
    [InlineData("Digest:Day", "Mon", "Digest__Day")]
    [InlineData("Digest:Day", "", "Digest__Day")]
    [InlineData("Digest:Time", "9 am", "Digest__Time")]
    [InlineData("Digest:Time", null, "Digest__Time")]
    [InlineData("Digest:TimeZone", "Mars/Olympus", "Digest__TimeZone")]
    [InlineData("Digest:SkipEmpty", "perhaps", "Digest__SkipEmpty")]
    [InlineData("SendGrid:ApiKey", "", "SendGrid__ApiKey")]
    [InlineData("SendGrid:BaseUrl", "mail", "SendGrid__BaseUrl")]
    [InlineData("SendGrid:From", "digest", "SendGrid__From")]
    [InlineData("SendGrid:From", "digest@example.org\r\nBcc: b@example.org", "SendGrid__From")]
    [InlineData("SendGrid:From", "Digest <digest@example.org>", "SendGrid__From")]
    [InlineData("SendGrid:ApiKey", "SG.a\r\nX-Header: b", "SendGrid__ApiKey")]
    [InlineData("SendGrid:ApiKey", "SG.a\u200bb", "SendGrid__ApiKey")]
    [InlineData("SendGrid:FromName", null, "SendGrid__FromName")]
    [InlineData("SendGrid:FromName", "Making\r\nBcc: b@example.org", "SendGrid__FromName")]
    [InlineData("SendGrid:FromName", "Making\u0000Migration", "SendGrid__FromName")]
    [InlineData("SendGrid:FromName", "Making\u2028Migration", "SendGrid__FromName")]
    [InlineData("SendGrid:FromName", "\u200b", "SendGrid__FromName")]
    [InlineData("Topics:0:Name", "A\ntopic", "Topics__0__Name")]
    [InlineData("Topics:0:Name", "A\u0085topic", "Topics__0__Name")]
    [InlineData("Topics:0:Name", "A\u001btopic", "Topics__0__Name")]
    [InlineData("Topics:0:Names:fr", "Un\nsujet", "Topics__0__Names__fr")]
    [InlineData("Topics:0:Introduction", "A\ttopic", "Topics__0__Introduction")]
    [InlineData("Topics:0:Introductions:ar", "A\rtopic", "Topics__0__Introductions__ar")]
    [InlineData("SendGrid:CallsInFlight", "0", "SendGrid__CallsInFlight")]
    [InlineData("SendGrid:CallsInFlight", "many", "SendGrid__CallsInFlight")]
    [InlineData("Digest:UnknownWindow", "1 day", "Digest__UnknownWindow")]
    [InlineData("Digest:UnknownWindow", "-01:00:00", "Digest__UnknownWindow")]
    [InlineData("Digest:UnknownPolicy", "Forget", "Digest__UnknownPolicy")]
    [InlineData("Digest:UnknownPolicy", "Resend", "SendGrid__WebhookPublicKey")]
    [InlineData("SendGrid:WebhookPublicKey", "MFkw", "SendGrid__WebhookPublicKey")]
    [InlineData("SendGrid:WebhookPublicKey", "-----BEGIN PUBLIC KEY-----", "SendGrid__WebhookPublicKey")]
    [InlineData("SendGrid:WebhookTolerance", "10", "SendGrid__WebhookTolerance")]
    [InlineData("SendGrid:WebhookTolerance", "24:00:00", "SendGrid__WebhookTolerance")]
    [InlineData("SendGrid:WebhookTolerance", "00:00:00", "SendGrid__WebhookTolerance")]
    [InlineData("SendGrid:WebhookTolerance", "-00:10:00", "SendGrid__WebhookTolerance")]
    [InlineData("SendGrid:WebhookTolerance", "8.00:00:00", "SendGrid__WebhookTolerance")]
    [InlineData("Tokens:Keys:0", null, "Tokens__Keys__0")]
    [InlineData("Tokens:Keys:0", "c2hvcnQ=", "Tokens__Keys__0")]
    [InlineData("Tokens:Keys:1", "not base64", "Tokens__Keys__1")]
    [InlineData("Topics:0:Id", "No Such Id", "Topics__0__Id")]
    [InlineData("Topics:0:Id", "unknown", "Topics__0__Id")]
    [InlineData("Topics:0:Id", "a\nb", "Topics__0__Id")]
    public void A_missing_or_malformed_setting_is_named(string name, string? value, string shown)
    {
        Dictionary<string, string?> changes = [];
        if (name.StartsWith("Topics", StringComparison.Ordinal))
            (changes["Topics:0:Id"], changes["Topics:0:Name"]) = ("a", "A topic");
        changes[name] = value;

        var sentence = Assert.Single(Failures(With(changes)));
        Assert.Contains($"The setting {shown} ", sentence);
        Assert.DoesNotMatch(@"[\p{Cc}\u2028\u2029]", sentence);
    }

    [Fact]
    public void Two_topics_with_the_same_id_are_reported()
    {
        var failures = Failures(With(new()
        {
            ["Topics:0:Id"] = "a",
            ["Topics:0:Name"] = "A topic",
            ["Topics:1:Id"] = "a",
            ["Topics:1:Name"] = "Another topic",
        }));

        Assert.Contains("The topic 'a' is set 2 times", Assert.Single(failures));
    }

    [Fact]
    public void Invisible_characters_around_the_sender_address_are_removed()
    {
        var settings = Read(new() { ["SendGrid:From"] = "\u200bdigest@Example.org\u200e\n" });

        Assert.Equal("digest@example.org", settings.SendGrid.From);
    }

    [Theory]
    [InlineData(null, "00:10:00")]
    [InlineData("", "00:10:00")]
    [InlineData("00:05:00", "00:05:00")]
    [InlineData("1.00:00:00", "1.00:00:00")]
    public void The_webhook_is_on_if_it_has_a_key(string? tolerance, string expected)
    {
        using var sender = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = Convert.ToBase64String(sender.ExportSubjectPublicKeyInfo());

        var settings = Read(new() { ["SendGrid:WebhookPublicKey"] = key, ["SendGrid:WebhookTolerance"] = tolerance });

        Assert.Equal(expected, $"{settings.SendGrid.Webhook?.Tolerance}");
        Assert.Null(Read(new() { ["SendGrid:WebhookTolerance"] = tolerance }).SendGrid.Webhook);
        Assert.Null(Read(new() { ["SendGrid:WebhookPublicKey"] = "" }).SendGrid.Webhook);
    }

    [Theory]
    [InlineData(null, "00:00:02")]
    [InlineData("00:00:00", "00:00:00")]
    [InlineData("00:01:30", "00:01:30")]
    public void PageAge_is_two_seconds_by_default(string? age, string expected) =>
        Assert.Equal(expected, $"{Read(new() { ["Pipeline:PageAge"] = age }).Site.PageAge}");

    [Fact]
    public void All_wrong_settings_are_reported_together() => Assert.Equal(8, Failures([]).Count);

    [Fact]
    public void A_secret_is_not_repeated()
    {
        var key = Failures(With(new() { ["Tokens:Keys:0"] = "c2VjcmV0" }));
        var publicKey = Failures(With(new() { ["SendGrid:WebhookPublicKey"] = "SG.secret" }));

        Assert.DoesNotContain(key, failure => failure.Contains("c2VjcmV0"));
        Assert.DoesNotContain(publicKey, failure => failure.Contains("SG.secret"));
    }

    [Theory]
    [InlineData("Digset:Day", "Digset__Day", "Digest__Day")]
    [InlineData("Digest:Dya", "Digest__Dya", "Digest__Day")]
    [InlineData("SendGird:ApiKey", "SendGird__ApiKey", "SendGrid__ApiKey")]
    [InlineData("Tokens:Key:0", "Tokens__Key__0", "Tokens__Keys__0")]
    [InlineData("Pipeline:BaseURI", "Pipeline__BaseURI", "Pipeline__BaseUrl")]
    [InlineData("Topic:0:Id", "Topic__0__Id", null)]
    [InlineData("Editors:Email", "Editors__Email", null)]
    [InlineData("Digest:DraftAhead", "Digest__DraftAhead", null)]
    [InlineData("AzureWebJobsStorage:accountName", "AzureWebJobsStorage__accountName", null)]
    public void A_misspelled_setting_is_reported_with_the_right_name(string name, string shown, string? suggestion)
    {
        var failures = Failures(With(new() { [name] = "x" }));

        if (suggestion is null)
            Assert.Empty(failures);
        else
            Assert.Equal($"There is no setting {shown}. Rename it to {suggestion}, or remove it.", Assert.Single(failures));
    }

    private static Options Read(Dictionary<string, string?> changes)
    {
        var services = Services(With(changes));
        services.GetRequiredService<IStartupValidator>().Validate();
        return new Options(
            services.GetRequiredService<SiteOptions>(), services.GetRequiredService<SubmissionOptions>(),
            services.GetRequiredService<SendGridOptions>(), services.GetRequiredService<TopicCatalog>());
    }

    private static List<string> Failures(Dictionary<string, string?> values)
    {
        try
        {
            Services(values).GetRequiredService<IStartupValidator>().Validate();
            return [];
        }
        catch (OptionsValidationException fault)
        {
            return [.. fault.Failures];
        }
        catch (AggregateException faults)
        {
            return [.. faults.InnerExceptions.Cast<OptionsValidationException>().SelectMany(fault => fault.Failures)];
        }
    }

    private static Dictionary<string, string?> With(Dictionary<string, string?> changes)
    {
        var values = new Dictionary<string, string?>(Required);
        foreach (var (name, value) in changes)
            values[name] = value;
        return values;
    }

    private static ServiceProvider Services(Dictionary<string, string?> values) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(values).Build())
        .AddPipeline()
        .BuildServiceProvider();

    private sealed record Options(SiteOptions Site, SubmissionOptions Submissions, SendGridOptions SendGrid, TopicCatalog Topics);
}
