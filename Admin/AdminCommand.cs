using System.CommandLine;
using Microsoft.Extensions.Options;
using Pipeline.Backups;
using Pipeline.Settings;
using Pipeline.Storage;

namespace Pipeline.Admin;

/// <summary>A command that ends with an exit code. A fault that the operator can act on is a sentence on the error output.</summary>
internal abstract class AdminCommand : Command
{
    private readonly AdminSettings _settings;

    protected AdminCommand(string name, string description, AdminSettings settings) : base(name, description)
    {
        _settings = settings;
        SetAction(InvokeAsync);
    }

    /// <summary>Command lines to copy, without the name of the program.</summary>
    public abstract IReadOnlyList<string> Examples { get; }

    protected abstract Task RunAsync(CommandContext context, CancellationToken cancellationToken);

    /// <summary>Names the accounts that the command uses. The sentence follows the description of a storage fault.</summary>
    protected virtual string DescribeAccounts(CommandContext context) =>
        $"The tables are at {context.Accounts.Tables} and the backups at {context.Accounts.Backups}.";

    private async Task<int> InvokeAsync(ParseResult line, CancellationToken cancellationToken)
    {
        var error = line.InvocationConfiguration.Error;
        try
        {
            await using var services = AdminServices.Create(_settings.Read(line));
            await RunOnStorageAsync(new CommandContext(line, services), cancellationToken);
            return ExitCode.Done;
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            error.WriteLine($"{Name} was stopped before it was done. It can be run again.");
            return ExitCode.Cancelled;
        }
        catch (OptionsValidationException settings)
        {
            error.WriteLine(string.Join(Environment.NewLine, settings.Failures));
            return ExitCode.Failed;
        }
        catch (Exception fault) when (fault is BackupException or StartupException)
        {
            error.WriteLine(fault.Message);
            return ExitCode.Failed;
        }
    }

    private async Task RunOnStorageAsync(CommandContext context, CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(context, cancellationToken);
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            throw new BackupException($"{AccountErrorMessage.Of(fault)} {DescribeAccounts(context)}", fault);
        }
    }
}
