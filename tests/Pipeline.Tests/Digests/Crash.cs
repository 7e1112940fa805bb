namespace Pipeline.Tests.Digests;

/// <summary>Stops a process at one of its calls to storage or SendGrid: before the call is sent, or before its answer is read.</summary>
/// <remarks>All later calls of the process fail.</remarks>
/// <param name="point">The index of the call, from 0.</param>
public sealed class Crash(int point, bool after)
{
    private readonly List<string> _calls = [];

    /// <summary>False if the process made fewer calls.</summary>
    public bool Happened { get; private set; }

    /// <summary>The call at which the process stopped; empty if it did not.</summary>
    public string At => Happened ? _calls[^1] : "";

    public void Before(string call)
    {
        if (!Happened)
            _calls.Add(call);
        if (Happened || (!after && _calls.Count > point))
            Stop();
    }

    public void After()
    {
        if (Happened || (after && _calls.Count > point))
            Stop();
    }

    private void Stop()
    {
        Happened = true;
        throw new CrashException();
    }

    private sealed class CrashException : Exception;
}
