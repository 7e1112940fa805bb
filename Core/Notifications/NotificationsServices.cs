namespace Pipeline.Notifications;

public static class NotificationsServices
{
    public static IServiceCollection AddNotifications(this IServiceCollection services) => services
        .AddSingleton<NotificationMetrics>().AddSingleton<ConfirmationMailBuilder>().AddSingleton<StatusMailBuilder>()
        .AddSingleton<NotificationBuilder>().AddSingleton<NotificationSender>();
}
