using System.Collections.Concurrent;

namespace Pipeline.Tests.LocalHost;

/// <summary>What the functions of a test were called with.</summary>
internal sealed class Calls
{
    private readonly ConcurrentQueue<string> _all = new();

    public IReadOnlyList<string> All => [.. _all];

    public void Add(string call) => _all.Enqueue(call);
}
