using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Backups;
using Pipeline.Digests;
using Pipeline.Keys;
using Pipeline.Mail;
using Pipeline.Notifications;
using Pipeline.Operations;
using Pipeline.Practices;
using Pipeline.Site;
using Pipeline.Submissions;
using Pipeline.Subscribers;

namespace Pipeline;

public static class PipelineServices
{
    /// <summary>Registers all services. Settings are checked and tables and queues are created when the app starts.</summary>
    public static IServiceCollection AddPipeline(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        // Keeps all scripts readable in the source of pages and mails. Replaces the encoder of the worker, which allows only Latin.
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        // These categories log addresses of requests, and some addresses contain a token.
        services.AddLogging(logging => logging
            .AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            .AddFilter("System.Net.Http.HttpClient", LogLevel.Warning)
            .AddFilter("Azure", LogLevel.Warning));
        return services
            .AddSettingNames().AddKeys().AddSite().AddStorage().AddTopics().AddMail().AddPractices().AddSubmissions().AddSubscribers()
            .AddNotifications().AddDigests().AddBackups().AddOperations();
    }
}
