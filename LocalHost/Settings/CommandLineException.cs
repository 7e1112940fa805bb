namespace Pipeline.LocalHost.Settings;

/// <summary>The command line is wrong, or asks for help. The message is written to the console.</summary>
public sealed class CommandLineException(string sentence) : Exception(sentence)
{
    /// <summary>2 for a wrong command line, 0 for --help.</summary>
    public int ExitCode { get; init; } = 2;
}
