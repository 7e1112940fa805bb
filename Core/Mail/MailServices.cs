using Pipeline.Mail.Events;

namespace Pipeline.Mail;

public static class MailServices
{
    // SendGrid answers within a second or two; after this nobody can say any more whether it has taken the mail.
    private static readonly TimeSpan SendGridTimeout = TimeSpan.FromSeconds(30);

    public static IServiceCollection AddMail(this IServiceCollection services)
    {
        services.AddHttpClient(SendGridMailer.HttpClientName, client => client.Timeout = SendGridTimeout)
            .ConfigurePrimaryHttpMessageHandler(SendGridConnection.NewHandler);
        return services
            .AddSettings(SendGridOptions.Read)
            .AddSingleton<MailRenderer>()
            .AddSingleton<MailOutbox>()
            .AddSingleton<SendGridThrottle>()
            .AddSingleton<SendGridMailer>()
            .AddSingleton<WebhookVerifier>();
    }
}
