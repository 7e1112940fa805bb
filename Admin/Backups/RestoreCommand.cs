using System.CommandLine;
using Pipeline.Backups;
using Pipeline.Storage;

namespace Pipeline.Admin.Backups;

internal sealed class RestoreCommand : AdminCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The name of a backup, or 'latest'" };

    private readonly Option<string[]> _tables = new("--table")
    {
        Description = "Restore only this table; can be repeated. Subscribers also restores Erasures",
        HelpName = "NAME",
        DefaultValueFactory = _ => [],
    };

    public RestoreCommand(AdminSettings settings)
        : base("restore", "Insert rows that are missing. It changes and deletes nothing, so it can be run again.", settings)
    {
        Add(_name);
        Add(_tables);
    }

    public override IReadOnlyList<string> Examples => ["restore latest", "restore 2026-11-24T035000Z --table Digests --table Deliveries"];

    protected override async Task RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var (line, output) = (context.Line, context.Output);
        var restore = context.Get<Restore>();
        output.WriteLine($"From {context.Accounts.Backups} to {context.Accounts.Tables}");
        var backup = await restore.CheckAsync(line.GetRequiredValue(_name), line.GetRequiredValue(_tables), cancellationToken);
        output.WriteLine($"Backup {backup.Name} is undamaged ({backup.Rows} rows).");

        var tables = await new ProgressDisplay(context.Console).ShowAsync(
            backup.Tables, progress => restore.RunAsync(backup, progress, cancellationToken));

        RestoredRows.Write(context.Console, tables);
        foreach (var sentence in Consequences(tables, context.Get<PipelineStorage>()))
            output.WriteLine(sentence);
    }

    private static IEnumerable<string> Consequences(IReadOnlyList<RestoredTable> tables, PipelineStorage storage)
    {
        if (tables.Any(table => table.LeftOut > 0))
            yield return "Left out: these addresses were erased at the request of their owners.";
        if (tables.Any(table => table.Name == storage.Subscribers.Name && table.Restored > 0))
            yield return "Restored subscribers are subscribed again, as at the time of the backup. Some may have unsubscribed since, or "
                + "had their address erased, if Erasures was lost too. Check them: see docs/restore.md.";
        if (tables.Any(table => table.Name == storage.Practices.Name && table.Restored > 0))
            yield return "Before PublishDigest runs again: set DigestIssue of restored practices that were mailed after the backup, or "
                + "they are mailed again. See docs/restore.md.";
    }
}
