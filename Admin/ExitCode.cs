namespace Pipeline.Admin;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongCommandLine = 2;

    /// <summary>As shells write it for a process that Ctrl+C ended.</summary>
    public const int Cancelled = 130;
}
