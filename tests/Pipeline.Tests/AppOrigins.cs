using Azure.Data.Tables;
using Pipeline.Digests;
using Pipeline.Storage;
using Pipeline.Subscribers;
using Xunit;

namespace Pipeline.Tests;

/// <summary>Gives rows that a test writes the origin that the app gives to its own rows.</summary>
public static class AppOrigins
{
    public static TableEntity AsAppIssue(this PipelineApp app, TableEntity row)
    {
        var hasPractices = row.TryGetValue("Practices", out var practices) && practices is string { Length: > 0 };
        var issue = new DigestIssue
        {
            Topic = row.PartitionKey,
            Name = row.RowKey,
            Status = IssueStatus.Closed,
            Practices = [],
            HadPractices = hasPractices,
            Ranges = row.GetInt32("Ranges") ?? 1,
            Enqueued = row.GetBoolean("Enqueued") ?? false,
            StartedOn = row.Time("StartedOn") ?? default,
            ClosedOn = row.Time("ClosedOn"),
            Count = DeliveryCount.Read(row, "Candidates"),
            Receipt = row.Text("Receipt"),
        };
        row["Origin"] = app.Get<RowOrigin>().OfIssue(issue);
        row["StatusApplied"] = row["Status"];
        return row;
    }

    /// <param name="issueStartedOn">The start of the issue; null if the test has none.</param>
    public static TableEntity AsAppDelivery(this PipelineApp app, TableEntity row, DateTimeOffset? issueStartedOn = null)
    {
        Assert.True(HashRange.TryParse(row.RowKey, row.GetString("To"), out var range));
        var (issue, origin) = (row.PartitionKey.Split('~'), app.Get<RowOrigin>());
        var delivery = new Delivery
        {
            Topic = issue[0],
            Issue = issue[1],
            Range = range,
            IssueStartedOn = issueStartedOn ?? default,
            Id = row.GetString("Id") ?? "0123456789abcdef",
            LeaseId = "",
            Status = DeliveryStatus.Sent,
            Recipients = [],
            Outcomes = new Outcomes(row.Text("Outcomes")),
            Attempts = 1,
            ClaimedOn = default,
        };
        row["Id"] = delivery.Id;
        row["Origin"] = origin.OfDelivery(delivery);
        row["OutcomesSigned"] = origin.OfOutcomes(delivery.Id, delivery.Outcomes.Codes, row.Text("Proven"));
        return row;
    }
}
