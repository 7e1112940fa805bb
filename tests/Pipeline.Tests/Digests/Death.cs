namespace Pipeline.Tests.Digests;

/// <summary>
/// Ends a process at one of its calls to storage or SendGrid: before the call leaves, or after it was done and before the
/// process hears of it. From then on nothing that the process does reaches anybody.
/// </summary>
public sealed class Death(int point, bool after)
{
    private readonly List<string> calls = [];

    private bool dead;

    public bool Happened => dead;

    /// <summary>The call it happened at; empty where it did not.</summary>
    public string At => dead ? calls[^1] : "";

    public void Before(string call)
    {
        if (!dead)
            calls.Add(call);
        if (dead || (!after && calls.Count > point))
            Die();
    }

    public void After()
    {
        if (dead || (after && calls.Count > point))
            Die();
    }

    private void Die()
    {
        dead = true;
        throw new ProcessDiedException();
    }

    public sealed class ProcessDiedException : Exception;
}
