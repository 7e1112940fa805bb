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
using Pipeline.Topics;

namespace Pipeline;

public static class PipelineServices
{
    /// <summary>Everything the functions need. Settings are checked, and tables and queues created, when the app starts.</summary>
    public static IServiceCollection AddPipeline(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        // Names in all scripts stay readable in the source of pages and mails; what HTML gives a meaning is encoded all the same.
        // The last encoder counts: the worker has brought one before, for Latin letters alone.
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        // They tell of every request with its address, and some addresses hold a token.
        services.AddLogging(logging => logging
            .AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            .AddFilter("System.Net.Http.HttpClient", LogLevel.Warning)
            .AddFilter("Azure", LogLevel.Warning));
        return services
            .AddSettingNames().AddKeys().AddSite().AddStorage().AddTopics().AddMail().AddPractices().AddSubmissions().AddSubscribers()
            .AddNotifications().AddDigests().AddBackups().AddOperations();
    }
}
