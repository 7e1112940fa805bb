namespace Pipeline.EndToEnd.Tests;

internal static class ProcFile
{
    /// <summary>Reads a file of Linux about a process. It is empty if the process has ended.</summary>
    public static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
