using Pipeline.Mail.Events;

namespace Pipeline.Mail;

public static class MailServices
{
    // SendGrid usually answers within two seconds. After this timeout the outcome is unknown.
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
