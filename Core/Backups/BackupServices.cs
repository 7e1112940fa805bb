// Of the framework's types alone: the host that runs commands and the app that has them do not know each other.
using Command = System.Func<System.Collections.Generic.IReadOnlyList<string>, System.IO.TextWriter, System.Threading.CancellationToken, System.Threading.Tasks.Task>;

namespace Pipeline.Backups;

public static class BackupServices
{
    public static IServiceCollection AddBackups(this IServiceCollection services) => services
        .AddSingleton<BackupContainer>().AddSingleton<Backup>().AddSingleton<Restore>().AddSingleton<BackupCommands>()
        // What a host can run from its command line instead of serving, under the command's name.
        .AddKeyedSingleton<Command>("backup", (provider, _) => provider.GetRequiredService<BackupCommands>().BackUpAsync)
        .AddKeyedSingleton<Command>("backups", (provider, _) => provider.GetRequiredService<BackupCommands>().ListAsync)
        .AddKeyedSingleton<Command>("restore", (provider, _) => provider.GetRequiredService<BackupCommands>().RestoreAsync);
}
