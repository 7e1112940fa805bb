using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Backups;

namespace Pipeline.Admin.Backups;

internal sealed class BackUpCommand(AdminSettings settings)
    : AdminCommand("backup", "Copy the tables into blobs. The app may run meanwhile.", settings)
{
    public override IReadOnlyList<string> Examples => ["backup"];

    protected override async Task RunAsync(ParseResult line, IServiceProvider services, CancellationToken cancellationToken)
    {
        var output = line.InvocationConfiguration.Output;
        var console = Terminal.On(output);
        var accounts = Accounts.Of(services);
        var backup = services.GetRequiredService<Backup>();
        output.WriteLine($"From {accounts.Tables} to {accounts.Backups}");
        var manifest = await new ProgressDisplay(console).ShowAsync([], progress => backup.RunAsync(progress, cancellationToken));
        output.WriteLine(BackupSummary.Of(manifest));
    }

    protected override string Places(IServiceProvider services) => Accounts.Of(services).Sentence;
}
