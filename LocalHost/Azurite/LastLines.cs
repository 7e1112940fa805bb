using System.Diagnostics;

namespace Pipeline.LocalHost.Azurite;

/// <summary>Reads what a process writes, so that it never waits for a reader, and keeps the end of it for error messages.</summary>
internal sealed class LastLines
{
    private const int Count = 10;

    private readonly Queue<string> _lines = new();

    public LastLines(Process process)
    {
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public override string ToString()
    {
        lock (_lines)
            return _lines.Count == 0 ? "It wrote nothing." : string.Join(Environment.NewLine, _lines);
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (string.IsNullOrWhiteSpace(line.Data))
            return;
        lock (_lines)
        {
            _lines.Enqueue(line.Data);
            if (_lines.Count > Count)
                _lines.Dequeue();
        }
    }
}
