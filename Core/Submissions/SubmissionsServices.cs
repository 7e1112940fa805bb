using Pipeline.Submissions.Spam;

namespace Pipeline.Submissions;

public static class SubmissionsServices
{
    public static IServiceCollection AddSubmissions(this IServiceCollection services) => services
        .AddSettings(SubmissionOptions.Read).AddSingleton<SubmissionMetrics>().AddSingleton<SubmissionRules>()
        .AddSingleton<IdempotencyKeyTable>().AddSingleton<FormTimestamp>().AddSingleton<DuplicateLimit>().AddSingleton<SpamFilter>()
        .AddSingleton<SubmissionIntake>().AddSingleton<SubmissionStore>().AddSingleton<RejectionTable>().AddSingleton<RejectionSweep>()
        .AddSingleton<RequeueCheck>().AddSingleton<SubmissionStatusQuery>();
}
