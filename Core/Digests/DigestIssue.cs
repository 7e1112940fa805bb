using Azure;
using Pipeline.Practices;

namespace Pipeline.Digests;

/// <summary>One topic's digest for one due date.</summary>
/// <param name="Name">A date, or date and time; the row key.</param>
/// <param name="Practices">What it contains, oldest first.</param>
/// <param name="Ranges">Into how many deliveries the hash space was cut at first.</param>
/// <param name="Enqueued">All first deliveries are on the queue and the list of practices is final.</param>
/// <param name="RevivedOn">When deliveries that seemed lost were last enqueued again.</param>
/// <param name="Misread">What an admin typed in Status that is no status; empty where it is one.</param>
/// <param name="Decision">What an admin typed about all its deliveries of unknown outcome; empty where nothing.</param>
/// <param name="Receipt">What the ledger proves, or what is still open, in words.</param>
public sealed record DigestIssue(
    string Topic, string Name, IssueStatus Status, IReadOnlyList<Reference> Practices, int Ranges, bool Enqueued, DateTimeOffset StartedOn,
    DateTimeOffset? ClosedOn, DateTimeOffset RevivedOn, DeliveryCount Count, string Receipt, string Decision, string Misread, ETag ETag);
