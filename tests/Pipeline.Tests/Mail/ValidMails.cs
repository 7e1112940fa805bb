using Pipeline.Languages;
using Xunit;

namespace Pipeline.Tests.Mail;

/// <summary>Mails that the app sent, two in English and one in Arabic, and the app, which answers their links.</summary>
public sealed class ValidMails(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly Uri PublicAddress = new("https://practices.example.org/");

    private PipelineApp _app = null!;
    private SentMail _digest = null!;
    private SentMail _confirmation = null!;
    private SentMail _arabic = null!;

    public static Language Arabic { get; } = Language.Find("ar")!;

    public MailLint Lint() => new(PublicAddress, _app.Http);

    public SentMail Digest() => Copy(_digest);

    public SentMail Confirmation() => Copy(_confirmation);

    public SentMail ArabicDigest() => Copy(_arabic);

    public async ValueTask InitializeAsync()
    {
        var account = azurite.NewAccount();
        await using (var other = await StartAsync(azurite.NewAccount()))
            _arabic = await MailKind.Named("digest of one, ar").SendAsync(other);
        _app = await StartAsync(account);
        _confirmation = await MailKind.Named("confirmation").SendAsync(_app);
        _digest = await MailKind.Named("digest of one").SendAsync(_app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static Task<PipelineApp> StartAsync(string account) => PipelineApp.StartAsync(account, $"Pipeline:BaseUrl={PublicAddress}");

    private static SentMail Copy(SentMail mail) => mail with { Request = mail.Request.DeepClone().AsObject() };
}
