using System.Diagnostics;

namespace Pipeline.LocalHost.Azurite;

/// <summary>Keeps the last ten lines that a process writes, for error messages.</summary>
/// <remarks>It reads all output, so that the process does not wait for a reader.</remarks>
internal sealed class OutputTail
{
    private const int MaxLines = 10;

    private readonly Queue<string> _lines = new();

    public OutputTail(Process process)
    {
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public override string ToString()
    {
        lock (_lines)
            return _lines.Count == 0 ? "(none)" : string.Join(Environment.NewLine, _lines);
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (string.IsNullOrWhiteSpace(line.Data))
            return;
        lock (_lines)
        {
            _lines.Enqueue(line.Data);
            if (_lines.Count > MaxLines)
                _lines.Dequeue();
        }
    }
}
