namespace Pipeline.Storage;

public static class StorageServices
{
    public static IServiceCollection AddStorage(this IServiceCollection services) => services
        .AddSingleton<PipelineStorage>().AddSingleton<StorageFaultLog>().AddHostedService<StorageCreation>();
}
