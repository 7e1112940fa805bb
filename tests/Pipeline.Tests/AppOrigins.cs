using Azure.Data.Tables;
using Pipeline.Digests;
using Pipeline.Subscribers;
using Xunit;

namespace Pipeline.Tests;

/// <summary>Gives rows that a test writes the origin that the app gives to its own rows.</summary>
public static class AppOrigins
{
    public static TableEntity AsAppIssue(this PipelineApp app, TableEntity row)
    {
        var hasPractices = row.TryGetValue("Practices", out var practices) && practices is string { Length: > 0 };
        var ranges = row.GetInt32("Ranges") ?? 1;
        row["Origin"] = app.Get<RowOrigin>().OfIssue(row.PartitionKey, row.RowKey, ranges, hasPractices);
        row["StatusApplied"] = row["Status"];
        return row;
    }

    public static TableEntity AsAppDelivery(this PipelineApp app, TableEntity row)
    {
        Assert.True(HashRange.TryParse(row.RowKey, row.GetString("To"), out var range));
        var issue = row.PartitionKey.Split('~');
        row["Id"] = row.GetString("Id") ?? "0123456789abcdef";
        row["Origin"] = app.Get<RowOrigin>().OfDelivery(issue[0], issue[1], range, row.GetString("Id"));
        return row;
    }
}
