using Azure.Data.Tables;
using Xunit;

namespace Pipeline.Tests.Operations;

public sealed class HelpColumnsTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task The_text_of_an_old_help_column_moves_to_Help_at_night()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await AddAsync(app.Storage.Practices, "StatusHelp");
        await AddAsync(app.Storage.Digests, "StatusHelp");
        await AddAsync(app.Storage.Rejections, "RequeueHelp");

        await app.RunTimerAsync("CleanSubscribers");

        foreach (var table in (TableClient[])[app.Storage.Practices, app.Storage.Digests, app.Storage.Rejections])
        {
            var row = Assert.Single(await app.RowsAsync(table));
            Assert.Equal("Type something.", row.GetString("Help"));
            Assert.DoesNotContain(row.Keys, column => column is "StatusHelp" or "RequeueHelp");
        }

        static Task AddAsync(TableClient table, string column) =>
            table.AddEntityAsync(new TableEntity("topic", "row") { [column] = "Type something." }, Cancellation);
    }
}
