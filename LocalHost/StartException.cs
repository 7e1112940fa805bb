namespace Pipeline.LocalHost;

/// <summary>The start cannot go on, and the message says to a person why, in a sentence.</summary>
public sealed class StartException(string sentence, Exception? cause = null) : Exception(sentence, cause)
{
    /// <summary>What the process ends with if nobody catches this: 1, or 2 for a wrong command line, or 0 after --help.</summary>
    public int ExitCode { get; init; } = 1;
}
