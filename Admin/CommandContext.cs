using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Admin.Backups;
using Spectre.Console;

namespace Pipeline.Admin;

/// <summary>What a command runs with.</summary>
internal sealed class CommandContext(ParseResult line, IServiceProvider services)
{
    public ParseResult Line => line;

    public TextWriter Output => line.InvocationConfiguration.Output;

    /// <summary>
    /// For tables and bars. Sentences go to <see cref="Output"/>: the console breaks lines at the width of the terminal, and other programs
    /// read the sentences.
    /// </summary>
    public IAnsiConsole Console { get; } = AnsiConsole.Create(
        new AnsiConsoleSettings { Out = new AnsiConsoleOutput(line.InvocationConfiguration.Output) });

    /// <inheritdoc cref="Backups.Accounts.Of"/>
    public Accounts Accounts => Accounts.Of(services);

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();
}
