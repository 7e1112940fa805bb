namespace Pipeline.Subscribers;

public static class SubscribersServices
{
    public static IServiceCollection AddSubscribers(this IServiceCollection services) => services
        .AddSingleton<SubscriberMetrics>().AddSingleton<SubscriberTable>().AddSingleton<SubscriptionTokens>()
        .AddSingleton<MailboxLimit>().AddSingleton<ConfirmationRequests>().AddSingleton<Erasures>().AddSingleton<Subscriptions>()
        .AddSingleton<SubscriberReview>().AddSingleton<SubscriberRetention>().AddSingleton<EditedSubscribers>();
}
