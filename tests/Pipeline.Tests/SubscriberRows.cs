using Azure.Data.Tables;
using Pipeline.Languages;
using Pipeline.Subscribers;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Tests;

/// <summary>Confirmed subscribers written straight into the table, as so many would take long over HTTP.</summary>
public static class SubscriberRows
{
    /// <param name="language">Null for rows without that column, as they were once.</param>
    public static async Task AddAsync(
        TableClient table, string topic, IEnumerable<string> emails, Language? language, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rows = emails.Select(email =>
        {
            Assert.True(EmailAddress.TryParse(email, out var address));
            var key = SubscriberKey.Of(address).ToString();
            var row = new TableEntity($"{topic}~{key[..2]}", key)
            {
                ["Email"] = email,
                ["Status"] = "Confirmed",
                ["SubscribedOn"] = now,
                ["ConfirmedOn"] = now,
                ["Reason"] = "",
            };
            if (language is not null)
                row["Language"] = language.Code;
            return row;
        });
        foreach (var partition in rows.GroupBy(row => row.PartitionKey))
            foreach (var batch in partition.Chunk(100))
                await table.SubmitTransactionAsync(batch.Select(row => new TableTransactionAction(TableTransactionActionType.Add, row)), cancellationToken);
    }
}
