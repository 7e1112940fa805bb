namespace Pipeline.Practices;

public enum PracticeStatus
{
    Pending,
    Published,
    Declined,
}

public static class PracticeStatusWord
{
    /// <summary>Parses a status and its synonyms, ignoring case and spaces. Null if it is not understood.</summary>
    public static PracticeStatus? Read(string? typed) => TypedWord.Normalize(typed) switch
    {
        "PUBLISHED" or "PUBLISH" or "APPROVED" or "APPROVE" or "ACCEPTED" or "ACCEPT" or "OK" or "YES" => PracticeStatus.Published,
        "DECLINED" or "DECLINE" or "REJECTED" or "REJECT" or "REFUSED" or "NO" => PracticeStatus.Declined,
        "PENDING" or "WAITING" or "" => PracticeStatus.Pending,
        _ => null,
    };
}
