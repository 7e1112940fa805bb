using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Pipeline.Admin;

/// <summary>Writes the commands and options, then where settings come from and examples to copy.</summary>
internal sealed class AdminHelp(HelpAction symbols, IReadOnlyList<AdminCommand> commands) : SynchronousCommandLineAction
{
    private const string Run = "dotnet run --project Admin --";

    private const string Settings = """
        Settings:
          --Name=value     Any setting, as in --BackupStorage__accountName=ACCOUNT
          PipelineStorage  The account with the tables: a connection string, or PipelineStorage__accountName with an identity
          BackupStorage    The account with the backups, in the same form (default: AzureWebJobsStorage)
          Tokens__Keys__0  The newest key of the app; older keys are in Tokens__Keys__1 and so on. 'backups' needs no key

          The environment overrides the file, and the command line overrides both. See docs/restore.md.
        """;

    public override bool ClearsParseErrors => true;

    public static void AddTo(RootCommand root, IReadOnlyList<AdminCommand> commands)
    {
        root.HelpName = Run;
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new AdminHelp((HelpAction)help.Action!, commands);
    }

    public override int Invoke(ParseResult parseResult)
    {
        var code = symbols.Invoke(parseResult);
        var chosen = parseResult.CommandResult.Command is AdminCommand command ? [command] : commands;
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine(Settings);
        output.WriteLine();
        output.WriteLine("Examples:");
        foreach (var example in chosen.SelectMany(each => each.Examples))
            output.WriteLine($"  {Run} {example}");
        return code;
    }
}
