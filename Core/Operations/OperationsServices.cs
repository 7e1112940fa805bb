namespace Pipeline.Operations;

public static class OperationsServices
{
    public static IServiceCollection AddOperations(this IServiceCollection services) => services
        .AddSingleton<Health>().AddSingleton<QueueAges>().AddSingleton<MinuteSweep>().AddSingleton<HelpColumns>();
}
