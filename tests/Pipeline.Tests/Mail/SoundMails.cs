using Xunit;

namespace Pipeline.Tests.Mail;

/// <summary>Two mails as the app sends them, and the app, which answers their links.</summary>
public sealed class SoundMails(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly Uri PublicAddress = new("https://practices.example.org/");

    private PipelineApp app = null!;
    private SentMail digest = null!;
    private SentMail confirmation = null!;

    public MailLint Lint() => new(PublicAddress, app.Http);

    public SentMail Digest() => Copy(digest);

    public SentMail Confirmation() => Copy(confirmation);

    public async ValueTask InitializeAsync()
    {
        app = await PipelineApp.StartAsync(azurite.NewAccount(), $"Pipeline:BaseUrl={PublicAddress}");
        confirmation = await MailKind.Named("confirmation").SendAsync(app);
        digest = await MailKind.Named("digest of one").SendAsync(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static SentMail Copy(SentMail mail) => mail with { Request = mail.Request.DeepClone().AsObject() };
}
