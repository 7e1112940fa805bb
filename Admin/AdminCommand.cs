using System.CommandLine;
using Microsoft.Extensions.Options;
using Pipeline.Backups;
using Pipeline.Storage;

namespace Pipeline.Admin;

/// <summary>A command that ends with an exit code. Faults that an operator can do something about are sentences on stderr.</summary>
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

    protected abstract Task RunAsync(ParseResult line, IServiceProvider services, CancellationToken cancellationToken);

    /// <summary>A sentence on the accounts that the command uses. It is told with a fault of storage.</summary>
    protected abstract string Places(IServiceProvider services);

    private async Task<int> InvokeAsync(ParseResult line, CancellationToken cancellationToken)
    {
        var error = line.InvocationConfiguration.Error;
        try
        {
            await using var services = AdminServices.Create(_settings.Read(line));
            await RunOnStorageAsync(line, services, cancellationToken);
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

    private async Task RunOnStorageAsync(ParseResult line, IServiceProvider services, CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(line, services, cancellationToken);
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            throw new BackupException($"{StorageAnswer.Of(fault)} {Places(services)}", fault);
        }
    }
}
