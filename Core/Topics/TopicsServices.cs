namespace Pipeline.Topics;

public static class TopicsServices
{
    public static IServiceCollection AddTopics(this IServiceCollection services) => services
        .AddSettings(TopicSettings.Read);
}
