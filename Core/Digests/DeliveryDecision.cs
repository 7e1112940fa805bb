namespace Pipeline.Digests;

/// <summary>What an admin may decide about unknown recipients.</summary>
public enum DeliveryDecision
{
    None,
    Sent,
    Resend,
    Failed,
}

public static class DeliveryDecisionWord
{
    private static readonly TypedWords<DeliveryDecision> Words = new(
        (DeliveryDecision.Sent, $"{AdminWords.Sent}, {AdminWords.Yes}"),
        (DeliveryDecision.Resend, AdminWords.Resend),
        (DeliveryDecision.Failed, $"{AdminWords.Failed}, {AdminWords.No}"),
        (DeliveryDecision.None, AdminWords.Unknown));

    /// <summary>Parses what an admin typed in Decision. An empty cell is no decision. Null if it is not understood.</summary>
    public static DeliveryDecision? Read(string typed) => string.IsNullOrWhiteSpace(typed) ? DeliveryDecision.None : Words.Read(typed);
}
