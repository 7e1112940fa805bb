namespace Pipeline.LocalHost.Mailbox;

/// <summary>
/// The mail that arrived since the local host started. It lives in memory: a restart begins with an empty mailbox, as it
/// begins a new trial, and no half of an old issue stands beside a new one.
/// </summary>
public sealed class Mailbox(TimeProvider time)
{
    /// <summary>
    /// Beyond this many mails the oldest are dropped, one for each that arrives, and nobody is told: a load test may send
    /// more than a developer's memory holds, and whoever counts mail counts less than this.
    /// </summary>
    public const int Capacity = 200_000;

    private readonly Lock gate = new();
    private readonly Mail?[] ring = new Mail?[Capacity];
    private long oldest = 1;
    private long next = 1;

    /// <summary>Takes in a request that passed <see cref="SendGridLimits"/>: one mail for each recipient.</summary>
    public void Receive(SendRequest request, string messageId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var now = time.GetUtcNow();
        lock (gate)
        {
            foreach (var own in request.Personalizations!)
                foreach (var to in own!.To!)
                {
                    ring[next % Capacity] = new Mail(next, now, messageId, request, own, to!);
                    next++;
                }

            oldest = Math.Max(oldest, next - Capacity);
        }
    }

    /// <summary>All there is at this moment, in the order of arrival.</summary>
    public IReadOnlyList<Mail> All()
    {
        lock (gate)
        {
            var all = new Mail[next - oldest];
            for (var i = 0; i < all.Length; i++)
                all[i] = ring[(oldest + i) % Capacity]!;
            return all;
        }
    }

    public Mail? Find(long number)
    {
        lock (gate)
            return number >= oldest && number < next ? ring[number % Capacity] : null;
    }

    public void Empty()
    {
        lock (gate)
        {
            Array.Clear(ring);
            oldest = next;
        }
    }
}
