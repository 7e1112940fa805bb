namespace Pipeline.Practices;

public enum PracticeStatus
{
    Pending,
    Published,
    Declined,
}

/// <summary>Reads what an admin typed in the column Status.</summary>
public static class PracticeStatusWord
{
    /// <summary>Null where it is none of the words; case and spaces do not matter.</summary>
    public static PracticeStatus? Read(string? typed) => TypedWord.Normalize(typed) switch
    {
        "PUBLISHED" or "PUBLISH" or "APPROVED" or "APPROVE" or "ACCEPTED" or "ACCEPT" or "OK" or "YES" => PracticeStatus.Published,
        "DECLINED" or "DECLINE" or "REJECTED" or "REJECT" or "REFUSED" or "NO" => PracticeStatus.Declined,
        "PENDING" or "WAITING" or "" => PracticeStatus.Pending,
        _ => null,
    };
}
