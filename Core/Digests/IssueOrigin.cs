using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Digests;

/// <summary>What stays true about an issue if an admin edits its row. The column Origin has it, signed.</summary>
public sealed record IssueOrigin
{
    public required int Ranges { get; init; }
    public required bool HasPractices { get; init; }
    public required DateTimeOffset StartedOn { get; init; }

    /// <summary>True if all ranges were enqueued.</summary>
    public required bool IsEnqueued { get; init; }

    /// <summary>Null if it was never closed.</summary>
    public required DateTimeOffset? ClosedOn { get; init; }

    /// <summary>A short hash of the figures and the receipt when it was closed; empty if it was never closed.</summary>
    public required string Figures { get; init; }

    public static IssueOrigin Of(DigestIssue issue) => new()
    {
        Ranges = issue.Ranges,
        HasPractices = issue.HadPractices,
        StartedOn = issue.StartedOn,
        IsEnqueued = issue.Enqueued,
        ClosedOn = issue.ClosedOn,
        Figures = issue.ClosedOn is null ? "" : FiguresOf(issue.Count, issue.Receipt),
    };

    public static IssueOrigin? Parse(string facts) =>
        facts.Split('.') is [var ranges, var hasPractices, var startedOn, var isEnqueued, var closedOn, var figures]
        && int.TryParse(ranges, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && ParseTime(startedOn) is { } start
            ? new IssueOrigin
            {
                Ranges = count,
                HasPractices = hasPractices == "1",
                StartedOn = start,
                IsEnqueued = isEnqueued == "1",
                ClosedOn = ParseTime(closedOn),
                Figures = figures,
            }
            : null;

    public static DateTimeOffset? ParseTime(string ticks) =>
        long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= DateTime.MaxValue.Ticks
            ? new DateTimeOffset(value, TimeSpan.Zero)
            : null;

    public static string FiguresOf(DeliveryCount count, string receipt) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{count.ToText()}\n{receipt}")).AsSpan(0, 6));

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Ranges}.{(HasPractices ? 1 : 0)}.{StartedOn.UtcTicks}.{(IsEnqueued ? 1 : 0)}.{ClosedOn?.UtcTicks}.{Figures}");
}
