using Spectre.Console;

namespace Pipeline.Admin;

/// <summary>
/// For tables and bars. Sentences are written without it: it breaks lines where the terminal ends, and other programs read them.
/// </summary>
internal static class Terminal
{
    public static IAnsiConsole On(TextWriter output) => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });

    /// <summary>False if the output goes to a file or to another program.</summary>
    public static bool IsWatched(this IAnsiConsole console) => console.Profile.Out.IsTerminal && console.Profile.Capabilities.Ansi;
}
