namespace Pipeline.LocalHost.Mailbox;

/// <summary>The mails received since the start. They are kept in memory, and a restart begins with none.</summary>
public sealed class MailboxStore(TimeProvider time)
{
    /// <summary>If more mails arrive, the oldest are dropped without notice. A load test must not count on more.</summary>
    public const int Capacity = 200_000;

    private readonly Lock _lock = new();
    private readonly ReceivedMail?[] _ring = new ReceivedMail?[Capacity];
    private long _oldest = 1;
    private long _next = 1;

    /// <summary>Adds one mail for each recipient.</summary>
    /// <param name="request">A request that <see cref="SendGridLimits"/> accepts.</param>
    public void Add(SendRequest request, string messageId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var now = time.GetUtcNow();
        lock (_lock)
        {
            foreach (var personalization in request.Personalizations!)
                foreach (var to in personalization!.To!)
                {
                    _ring[_next % Capacity] = new ReceivedMail(_next, now, messageId, request, personalization, to!);
                    _next++;
                }

            _oldest = Math.Max(_oldest, _next - Capacity);
        }
    }

    /// <summary>All mails, oldest first.</summary>
    public IReadOnlyList<ReceivedMail> All()
    {
        lock (_lock)
        {
            var all = new ReceivedMail[_next - _oldest];
            for (var i = 0; i < all.Length; i++)
                all[i] = _ring[(_oldest + i) % Capacity]!;
            return all;
        }
    }

    public ReceivedMail? Find(long number)
    {
        lock (_lock)
            return number >= _oldest && number < _next ? _ring[number % Capacity] : null;
    }

    public void Empty()
    {
        lock (_lock)
        {
            Array.Clear(_ring);
            _oldest = _next;
        }
    }
}
