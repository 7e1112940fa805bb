using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Pipeline.Backups;
using Pipeline.Digests;
using Pipeline.Languages;
using Pipeline.Mail;
using Pipeline.Mail.Events;
using Pipeline.Operations;
using Pipeline.Practices;
using Pipeline.Settings;
using Pipeline.Storage;
using Pipeline.Submissions;
using Pipeline.Submissions.Spam;
using Pipeline.Subscribers;
using Pipeline.Telemetry;
// Of the framework's types alone: the host that runs commands and the app that has them do not know each other.
using Command = System.Func<System.Collections.Generic.IReadOnlyList<string>, System.IO.TextWriter, System.Threading.CancellationToken, System.Threading.Tasks.Task>;

namespace Pipeline;

public static class PipelineServices
{
    // SendGrid answers within a second or two; after this nobody can say any more whether it has taken the mail.
    private static readonly TimeSpan SendGridTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Everything the functions need. Settings are read, and tables and queues created, when the app starts.</summary>
    public static IServiceCollection AddPipeline(this IServiceCollection services)
    {
        // What nobody asked for in another language is written in English, whatever the machine speaks.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = Language.English.Culture;
        services.TryAddSingleton(TimeProvider.System);
        // Names in all scripts stay readable in the source of pages and mails; what HTML gives a meaning is encoded all the same.
        // The last encoder counts: the worker has brought one before, for Latin letters alone.
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        services.AddSingleton(provider => new SettingsReader(provider.GetRequiredService<IConfiguration>()).Read());
        services.AddSingleton(provider => provider.GetRequiredService<PipelineSettings>().Topics);
        services.AddSingleton<PipelineStorage>();
        services.AddHostedService<StorageCreation>();

        services.AddSingleton<SubmissionRules>().AddSingleton<Intake>().AddSingleton<IdempotencyKeyTable>();
        services.AddSingleton<SpamFilter>().AddSingleton<Repeats>().AddSingleton<FormStamp>();
        services.AddSingleton<SubmissionStore>().AddSingleton<RejectionTable>().AddSingleton<SubmissionStatusQuery>();
        services.AddSingleton<PracticeTable>().AddSingleton<PracticeSweep>().AddSingleton<PublishedPractices>();
        services.AddSingleton<SubscriberTable>().AddSingleton<SubscriptionTokens>().AddSingleton<Subscriptions>();
        services.AddSingleton<ConfirmationLimit>().AddSingleton<Erasures>().AddSingleton<SubscriberHygiene>();
        services.AddSingleton<DigestTable>().AddSingleton<DeliveryTable>().AddSingleton<DeliveryQueue>().AddSingleton<DigestLetters>();
        services.AddSingleton<DigestPublisher>().AddSingleton<DigestDelivery>().AddSingleton<DigestLedger>();
        services.AddSingleton<DeliveryProofs>().AddSingleton<UnknownDeliveries>().AddSingleton<SendGridPace>().AddSingleton<DeliveryHygiene>();
        services.AddSingleton<MailOutbox>().AddSingleton<MailRenderer>().AddSingleton<PersonalMail>().AddSingleton<SendGridMailer>();
        services.AddSingleton<WebhookGuard>().AddSingleton<EventMeaning>().AddSingleton<SendGridEvents>();
        services.AddSingleton<Health>().AddSingleton<MinuteSweep>();
        services.AddMetrics().AddSingleton<PipelineMetrics>().AddSingleton<QueueAges>();
        services.AddSingleton<BackupContainer>().AddSingleton<Backup>().AddSingleton<Restore>().AddSingleton<BackupCommands>();
        // What a host can run from its command line instead of serving, under the command's name.
        services.AddKeyedSingleton<Command>("backup", (provider, _) => provider.GetRequiredService<BackupCommands>().BackUpAsync);
        services.AddKeyedSingleton<Command>("backups", (provider, _) => provider.GetRequiredService<BackupCommands>().ListAsync);
        services.AddKeyedSingleton<Command>("restore", (provider, _) => provider.GetRequiredService<BackupCommands>().RestoreAsync);

        services.AddHttpClient(SendGridMailer.HttpClientName, client => client.Timeout = SendGridTimeout)
            .ConfigurePrimaryHttpMessageHandler(SendGridConnection.NewHandler);
        // They tell of every request with its address, and some addresses hold a token.
        services.AddLogging(logging => logging
            .AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            .AddFilter("System.Net.Http.HttpClient", LogLevel.Warning)
            .AddFilter("Azure", LogLevel.Warning));
        return services;
    }
}
