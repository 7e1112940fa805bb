namespace Pipeline.Digests;

public enum DeliveryStatus
{
    /// <summary>A process is sending it, or stopped while sending it.</summary>
    Claimed,

    Waiting,

    /// <summary>Settled: each recipient is sent or skipped.</summary>
    Sent,

    /// <summary>Settled: SendGrid refused at least one address; Reason has the details.</summary>
    Refused,

    /// <summary>Settled: SendGrid may have accepted the mail of at least one recipient.</summary>
    Unknown,
}

public static class DeliveryStatuses
{
    /// <summary>True if no recipient is open.</summary>
    public static bool IsSettled(this DeliveryStatus status) =>
        status is DeliveryStatus.Sent or DeliveryStatus.Refused or DeliveryStatus.Unknown;
}
