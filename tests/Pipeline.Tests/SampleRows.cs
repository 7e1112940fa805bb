using Azure.Data.Tables;
using Pipeline.Languages;
using Pipeline.Tests.Subscribers;

namespace Pipeline.Tests;

/// <summary>Rows with the columns that the app writes, for tests that put them into a table directly.</summary>
public static class SampleRows
{
    /// <summary>A confirmed subscriber.</summary>
    /// <param name="language">Null for a row without the column Language, as rows were before there were languages.</param>
    public static TableEntity Subscriber(
        string email, DateTimeOffset subscribedOn, Language? language = null, string topic = PipelineApp.Topic)
    {
        var row = SubscriberKeys(email, topic);
        row["Email"] = email;
        row["Status"] = "Confirmed";
        row["SubscribedOn"] = subscribedOn;
        row["ConfirmedOn"] = subscribedOn;
        row["Reason"] = "";
        if (language is not null)
            row["Language"] = language.Code;
        return row;
    }

    public static TableEntity SubscriberKeys(string email, string topic = PipelineApp.Topic)
    {
        var key = SubscriberSteps.KeyOf(email).ToString();
        return new TableEntity($"{topic}~{key[..2]}", key);
    }

    /// <summary>A closed issue without practices.</summary>
    /// <param name="candidates">The next issue is divided into as many deliveries as this number of recipients needs.</param>
    public static TableEntity ClosedIssue(string name, DateTimeOffset closedOn, int candidates = 0) => new(PipelineApp.Topic, name)
    {
        ["Status"] = "Closed",
        ["Practices"] = "",
        ["Enqueued"] = true,
        ["Candidates"] = candidates,
        ["Unknown"] = 0,
        ["StartedOn"] = closedOn,
        ["ClosedOn"] = closedOn,
    };
}
