namespace Pipeline.Backups;

public static class BackupServices
{
    public static IServiceCollection AddBackups(this IServiceCollection services) => services
        .AddSingleton<BackupContainer>().AddSingleton<Backup>().AddSingleton<Restore>();
}
