using System.CommandLine;
using System.CommandLine.Invocation;
using Pipeline.Admin.Backups;
using Pipeline.Settings;

namespace Pipeline.Admin;

/// <summary>Parses the command line and runs a command.</summary>
internal static class AdminApplication
{
    /// <summary>After Ctrl+C, transactions that were sent to storage may take this long.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var line = Parse(arguments);
        if (line.Action is ParseErrorAction)
        {
            foreach (var mistake in line.Errors)
                error.WriteLine(mistake.Message);
            error.WriteLine("Run with --help to list the commands and options.");
            return ExitCode.WrongCommandLine;
        }

        var invocation = new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = StopTimeout };
        return await line.InvokeAsync(invocation, cancellationToken);
    }

    public static ParseResult Parse(IReadOnlyList<string> arguments)
    {
        var settings = new AdminSettings(arguments.Where(SettingArgument.Is));
        AdminCommand[] commands = [new BackUpCommand(settings), new ListBackupsCommand(settings), new RestoreCommand(settings)];
        var root = new RootCommand("Copies the tables of Pipeline into blobs, and restores them.") { settings.File };
        foreach (var command in commands)
            root.Add(command);
        AdminHelp.AddTo(root, commands);
        return root.Parse(
            [.. arguments.Where(argument => !SettingArgument.Is(argument))],
            new ParserConfiguration { ResponseFileTokenReplacer = null });
    }
}
