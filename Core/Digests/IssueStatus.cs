namespace Pipeline.Digests;

public enum IssueStatus
{
    /// <summary>Its deliveries are under way.</summary>
    Sending,

    /// <summary>Its ledger is complete: every candidate is accounted for.</summary>
    Closed,

    /// <summary>An admin stopped it: nobody gets it until the status says Sending again, and within minutes after that it goes on.</summary>
    Held,
}

/// <summary>Reads what an admin typed in the column Status.</summary>
public static class IssueStatusWord
{
    /// <summary>Null where it is none of the words; case and spaces do not matter.</summary>
    public static IssueStatus? Read(string typed) => TypedWord.Normalize(typed) switch
    {
        "SENDING" or "SEND" or "GO" or "RESUME" or "CONTINUE" => IssueStatus.Sending,
        "CLOSED" => IssueStatus.Closed,
        "HELD" or "HOLD" or "STOP" or "STOPPED" or "PAUSE" or "PAUSED" or "WAIT" => IssueStatus.Held,
        _ => null,
    };
}
