namespace Pipeline.Digests;

public enum DeliveryStatus
{
    /// <summary>A process is sending it, or died while sending it.</summary>
    Claimed,

    /// <summary>SendGrid did not take it, so it is tried again later.</summary>
    Waiting,

    /// <summary>Settled: SendGrid took all of it.</summary>
    Sent,

    /// <summary>Settled: SendGrid refused some or all of it; the reason says why.</summary>
    Refused,

    /// <summary>Settled as far as can be known without asking: SendGrid may have taken it.</summary>
    Unknown,
}

public static class DeliveryStatuses
{
    /// <summary>True if the outcome of each recipient is known, or known to be unknown.</summary>
    public static bool IsSettled(this DeliveryStatus status) => status is DeliveryStatus.Sent or DeliveryStatus.Refused or DeliveryStatus.Unknown;
}
