namespace Pipeline.Digests;

public enum IssueStatus
{
    Sending,

    Closed,

    /// <summary>An admin stopped it. It continues some minutes after the status is set to Sending.</summary>
    Held,
}

public static class IssueStatusWord
{
    private static readonly TypedWords<IssueStatus> Words = new(
        (IssueStatus.Sending, AdminWords.Send), (IssueStatus.Held, AdminWords.Hold), (IssueStatus.Closed, AdminWords.Closed));

    /// <summary>Parses what an admin typed in Status. Null if it is not a status.</summary>
    public static IssueStatus? Read(string typed) => Words.Read(typed);
}
