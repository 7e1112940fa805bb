using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Backups;
using Pipeline.Storage;

namespace Pipeline.Admin.Backups;

internal sealed class RestoreCommand : AdminCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The name of a backup, or 'latest'" };

    private readonly Option<string[]> _tables = new("--table")
    {
        Description = "Restore only this table; may be given several times. Subscribers brings Erasures with it",
        HelpName = "NAME",
        DefaultValueFactory = _ => [],
    };

    public RestoreCommand(AdminSettings settings)
        : base("restore", "Put back rows that are missing. It changes and deletes nothing, so it can be run again.", settings)
    {
        Add(_name);
        Add(_tables);
    }

    public override IReadOnlyList<string> Examples => ["restore latest", "restore 2026-11-24T035000Z --table Digests --table Deliveries"];

    protected override async Task RunAsync(ParseResult line, IServiceProvider services, CancellationToken cancellationToken)
    {
        var output = line.InvocationConfiguration.Output;
        var console = Terminal.On(output);
        var accounts = Accounts.Of(services);
        var restore = services.GetRequiredService<Restore>();
        output.WriteLine($"From {accounts.Backups} to {accounts.Tables}");
        var backup = await restore.CheckAsync(line.GetRequiredValue(_name), line.GetRequiredValue(_tables), cancellationToken);
        output.WriteLine($"Backup {backup.Name} is as it was written ({backup.Rows} rows).");

        var tables = await new ProgressDisplay(console).ShowAsync(
            backup.Tables, progress => restore.RunAsync(backup, progress, cancellationToken));

        RestoredRows.Write(console, tables);
        foreach (var sentence in Consequences(tables, services.GetRequiredService<PipelineStorage>()))
            output.WriteLine(sentence);
    }

    protected override string Places(IServiceProvider services) => Accounts.Of(services).Sentence;

    private static IEnumerable<string> Consequences(IReadOnlyList<RestoredTable> tables, PipelineStorage storage)
    {
        if (tables.Any(table => table.LeftOut > 0))
            yield return "Left out: their owners had these addresses erased.";
        if (tables.Any(table => table.Name == storage.Subscribers.Name && table.Restored > 0))
            yield return "Readers whose rows were restored are as they were then: subscribed, also where they ended it since, "
                + "or had the address erased and Erasures was lost, too. See docs/restore.md.";
        if (tables.Any(table => table.Name == storage.Practices.Name && table.Restored > 0))
            yield return "Before PublishDigest runs again: practices that were sent since the backup are in no issue now, and would be "
                + "sent again. See docs/restore.md.";
    }
}
