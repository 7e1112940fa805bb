using Pipeline.Backups;

namespace Pipeline.Admin.Backups;

internal sealed class ListBackupsCommand(AdminSettings settings)
    : AdminCommand("backups", "List the backups, newest first, with the rows of each table.", settings)
{
    public override IReadOnlyList<string> Examples => ["backups"];

    protected override async Task RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var backups = context.Get<BackupContainer>();
        var names = await backups.NamesAsync(cancellationToken);
        context.Output.WriteLine(
            names.Count == 0 ? $"There are no backups in {backups.Address}" : $"Backups in {backups.Address}, newest first");
        foreach (var name in names.Reverse())
            context.Output.WriteLine(await DescribeAsync(backups, name, cancellationToken));
    }

    /// <summary>Without the tables, whose setting may be missing.</summary>
    protected override string DescribeAccounts(CommandContext context) => $"The backups are at {context.Get<BackupContainer>().Address}.";

    private static async Task<string> DescribeAsync(BackupContainer backups, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await backups.FindAsync(name, cancellationToken) is { } manifest
                ? BackupSummary.Of(manifest)
                : $"{name}  not completed: it cannot be restored";
        }
        catch (BackupException unreadable)
        {
            return $"{name}  {unreadable.Message}";
        }
    }
}
