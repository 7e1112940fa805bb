using Spectre.Console;

namespace Pipeline.Admin;

internal static class Terminal
{
    /// <summary>False if the output goes to a file or to another program.</summary>
    public static bool IsAnsiTerminal(this IAnsiConsole console) => console.Profile.Out.IsTerminal && console.Profile.Capabilities.Ansi;
}
