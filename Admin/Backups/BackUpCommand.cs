using Pipeline.Backups;

namespace Pipeline.Admin.Backups;

internal sealed class BackUpCommand(AdminSettings settings)
    : AdminCommand("backup", "Copy the tables into blobs. The app can run at the same time.", settings)
{
    public override IReadOnlyList<string> Examples => ["backup"];

    protected override async Task RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var backup = context.Get<Backup>();
        context.Output.WriteLine($"From {context.Accounts.Tables} to {context.Accounts.Backups}");
        var manifest = await new ProgressDisplay(context.Console).ShowAsync([], progress => backup.RunAsync(progress, cancellationToken));
        context.Output.WriteLine(BackupSummary.Of(manifest));
    }
}
