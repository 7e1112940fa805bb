namespace Pipeline.Practices;

public enum PracticeStatus
{
    Pending,
    Published,
    Declined,
}

public static class PracticeStatusWord
{
    private static readonly TypedWords<PracticeStatus> Words = new(
        (PracticeStatus.Published, $"{AdminWords.Publish}, {AdminWords.Yes}"),
        (PracticeStatus.Declined, $"{AdminWords.Decline}, {AdminWords.No}"),
        (PracticeStatus.Pending, AdminWords.Pend));

    /// <summary>Parses what an admin typed in Status. An empty cell is Pending. Null if it is not understood.</summary>
    public static PracticeStatus? Read(string? typed) =>
        string.IsNullOrWhiteSpace(typed) ? PracticeStatus.Pending : Words.Read(typed);
}
