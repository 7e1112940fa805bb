namespace Pipeline.Admin;

/// <summary>Exit codes of the process.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongCommandLine = 2;

    /// <summary>The code that shells report for a process that Ctrl+C ended.</summary>
    public const int Cancelled = 130;
}
