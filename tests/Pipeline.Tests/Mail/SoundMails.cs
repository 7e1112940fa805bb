using Pipeline.Languages;
using Xunit;

namespace Pipeline.Tests.Mail;

/// <summary>Mails as the app sends them, two in English and one in Arabic, and the app, which answers their links.</summary>
public sealed class SoundMails(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly Uri PublicAddress = new("https://practices.example.org/");

    private PipelineApp app = null!;
    private SentMail digest = null!;
    private SentMail confirmation = null!;
    private SentMail arabic = null!;

    public static Language Arabic { get; } = Language.Find("ar")!;

    public MailLint Lint() => new(PublicAddress, app.Http);

    public SentMail Digest() => Copy(digest);

    public SentMail Confirmation() => Copy(confirmation);

    public SentMail ArabicDigest() => Copy(arabic);

    public async ValueTask InitializeAsync()
    {
        var account = azurite.NewAccount();
        await using (var other = await StartAsync(azurite.NewAccount()))
            arabic = await MailKind.Named("digest of one, ar").SendAsync(other);
        app = await StartAsync(account);
        confirmation = await MailKind.Named("confirmation").SendAsync(app);
        digest = await MailKind.Named("digest of one").SendAsync(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    // With the keys that the mails' links are made with.
    private static Task<PipelineApp> StartAsync(string account) => PipelineApp.StartAsync(account, $"Pipeline:BaseUrl={PublicAddress}");

    private static SentMail Copy(SentMail mail) => mail with { Request = mail.Request.DeepClone().AsObject() };
}
