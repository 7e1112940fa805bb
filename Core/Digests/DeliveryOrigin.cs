namespace Pipeline.Digests;

/// <summary>What stays true about a delivery if an admin edits its row. The column Origin has it, signed.</summary>
/// <param name="IssueStartedOn">Differs from the issue's if that was deleted and made again.</param>
public sealed record DeliveryOrigin(DateTimeOffset IssueStartedOn, int Recipients)
{
    public static DeliveryOrigin? Parse(string facts) =>
        facts.Split('.') is [var startedOn, var recipients] && IssueOrigin.ParseTime(startedOn) is { } start
        && int.TryParse(recipients, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? new DeliveryOrigin(start, count)
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{IssueStartedOn.UtcTicks}.{Recipients}");
}
