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
    /// <summary>Parses what an admin typed in Status. Ignores case and surrounding spaces. Null if it is not a status.</summary>
    public static IssueStatus? Read(string typed) => TypedWord.Normalize(typed) switch
    {
        "SENDING" or "SEND" or "GO" or "RESUME" or "CONTINUE" => IssueStatus.Sending,
        "CLOSED" => IssueStatus.Closed,
        "HELD" or "HOLD" or "STOP" or "STOPPED" or "PAUSE" or "PAUSED" or "WAIT" => IssueStatus.Held,
        _ => null,
    };
}
