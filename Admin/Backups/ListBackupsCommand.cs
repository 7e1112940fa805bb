using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Backups;

namespace Pipeline.Admin.Backups;

internal sealed class ListBackupsCommand(AdminSettings settings)
    : AdminCommand("backups", "List the backups, newest first, with the rows of each table.", settings)
{
    public override IReadOnlyList<string> Examples => ["backups"];

    protected override async Task RunAsync(ParseResult line, IServiceProvider services, CancellationToken cancellationToken)
    {
        var output = line.InvocationConfiguration.Output;
        var backups = services.GetRequiredService<BackupContainer>();
        var names = await backups.NamesAsync(cancellationToken);
        output.WriteLine(
            names.Count == 0 ? $"There are no backups in {backups.Address}" : $"Backups in {backups.Address}, newest first");
        foreach (var name in names.Reverse())
            output.WriteLine(await DescribeAsync(backups, name, cancellationToken));
    }

    protected override string Places(IServiceProvider services) =>
        $"The backups are at {services.GetRequiredService<BackupContainer>().Address}.";

    private static async Task<string> DescribeAsync(BackupContainer backups, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await backups.FindAsync(name, cancellationToken) is { } manifest
                ? BackupSummary.Of(manifest)
                : $"{name}  begun but not ended: no backup";
        }
        catch (BackupException unreadable)
        {
            return $"{name}  {unreadable.Message}";
        }
    }
}
