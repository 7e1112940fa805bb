namespace Pipeline.Practices;

public static class PracticesServices
{
    public static IServiceCollection AddPractices(this IServiceCollection services) => services
        .AddSingleton<PracticeTable>().AddSingleton<PracticeCheck>().AddSingleton<PracticeSweep>().AddSingleton<PublishedCache>();
}
