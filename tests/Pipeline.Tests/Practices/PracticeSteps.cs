using Azure;
using Azure.Data.Tables;
using Pipeline.Practices;

namespace Pipeline.Tests.Practices;

/// <summary>Steps of tests that edit the table Practices by hand.</summary>
internal static class PracticeSteps
{
    public const string List = $"api/topics/{PipelineApp.Topic}/practices?limit=100";

    public static Task SweepPracticesAsync(this PipelineApp app) => app.Get<PracticeSweep>().RunAsync(Cancellation);

    /// <summary>A published practice that a sweep has handled, with its mails sent.</summary>
    public static async Task<StoredPractice> SweptPracticeAsync(this PipelineApp app, string title = "Migra Movil", string? email = null)
    {
        var reference = await app.SubmitPublishedAsync(Samples.Practice(title).With("email", email ?? ""));
        await app.SweepPracticesAsync();
        await app.DrainAsync();
        return await app.PracticeAsync(reference);
    }

    /// <summary>Writes the row again: a null removes the column.</summary>
    public static async Task ReplaceCellAsync(this PipelineApp app, StoredRow row, string column, object? value)
    {
        var columns = await app.Storage.Practices.GetEntityAsync<TableEntity>(row.PartitionKey, row.RowKey, null, Cancellation);
        if (value is null)
            columns.Value.Remove(column);
        else
            columns.Value[column] = value;
        await app.Storage.Practices.UpdateEntityAsync(columns.Value, ETag.All, TableUpdateMode.Replace, Cancellation);
    }

    public static async Task<IReadOnlyList<string>> ListedTitlesAsync(this PipelineApp app) =>
        [.. (await app.Http.GetAsync<PracticeList>(List)).Practices.Select(practice => practice.Title)];

    public static Task<string> FeedAsync(this PipelineApp app) => app.Http.GetStringAsync($"topics/{PipelineApp.Topic}/feed", Cancellation);

    public static Task<string> PageAsync(this PipelineApp app, string reference) =>
        app.Http.GetStringAsync($"practices/{PipelineApp.Topic}/{reference}", Cancellation);
}
