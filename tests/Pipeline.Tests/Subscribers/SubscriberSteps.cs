using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Azure.Data.Tables;
using Pipeline.Subscribers;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Tests.Subscribers;

public static partial class SubscriberSteps
{
    public const string SecondTopic = "diaspora-investment";

    public static readonly string[] TwoTopics =
    [
        $"Topics:0:Id={PipelineApp.Topic}", "Topics:0:Name=Mainstreaming Migration",
        $"Topics:1:Id={SecondTopic}", "Topics:1:Name=Diaspora Investment",
    ];

    /// <summary>Returns the whole answer: status, headers and body.</summary>
    public static async Task<string> SignUpAsync(this PipelineApp app, string email, string topic = PipelineApp.Topic)
    {
        using var answer = await app.Http.PostAsJsonAsync("api/subscriptions", new { email, topic }, Cancellation);
        var headers = answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key != "Date")
            .Select(header => $"{header.Key}: {string.Join(',', header.Value)}").Order();
        return $"{(int)answer.StatusCode}\n{string.Join('\n', headers)}\n{await answer.Content.ReadAsStringAsync(Cancellation)}";
    }

    public static async Task<(HttpStatusCode Status, string Body)> PostAsync(
        this PipelineApp app, string address, HttpContent? content = null)
    {
        using var answer = await app.Http.PostAsync(PathOf(address), content, Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    public static async Task<(HttpStatusCode Status, string Body)> GetAsync(this PipelineApp app, string address)
    {
        using var answer = await app.Http.GetAsync(PathOf(address), Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    /// <summary>The confirmation link in a mail to the address. Waits for the mail.</summary>
    /// <param name="number">The number of the mail, from 1.</param>
    public static async Task<string> ConfirmationLinkAsync(this PipelineApp app, string email, int number = 1)
    {
        string[] links = [];
        await Eventually.IsTrueAsync($"confirmation {number} is sent", async () =>
        {
            var mails = (await app.MailsAsync(email)).OrderBy(mail => mail.ReceivedOn);
            links = [.. mails.Select(mail => ConfirmationLink().Match(mail.Text).Value).Where(link => link.Length > 0)];
            return links.Length >= number;
        });
        return links[number - 1];
    }

    /// <param name="number">The number of the mail with the confirmation link, from 1.</param>
    public static async Task SubscribeAsync(this PipelineApp app, string email, string topic = PipelineApp.Topic, int number = 1)
    {
        await app.SignUpAsync(email, topic);
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(await app.ConfirmationLinkAsync(email, number))).Status);
    }

    public static string UnsubscribeLink(this PipelineApp app, string email, string topic = PipelineApp.Topic) =>
        $"subscriptions/unsubscribe?token={app.Get<SubscriptionTokens>().Unsubscription(topic, KeyOf(email))}";

    public static string EraseLink(this PipelineApp app, string email) => app.UnsubscribeLink(email).Replace("/unsubscribe", "/erase");

    public static string FormAction(string page) => WebUtility.HtmlDecode(Assert.Single(Form().Matches(page)).Groups[1].Value);

    public static string MainPart(string page) =>
        page[page.IndexOf("<main", StringComparison.Ordinal)..page.IndexOf("</main>", StringComparison.Ordinal)];

    public static async Task<StoredSubscriber?> SubscriberAsync(this PipelineApp app, string email, string topic = PipelineApp.Topic)
    {
        await app.DrainAsync();
        var keys = SampleRows.SubscriberKeys(email, topic);
        var found = await app.Storage.Subscribers.GetEntityIfExistsAsync<TableEntity>(
            keys.PartitionKey, keys.RowKey, cancellationToken: Cancellation);
        return found.HasValue ? new StoredSubscriber(found.Value!) : null;
    }

    public static async Task<string?> StatusAsync(this PipelineApp app, string email, string topic = PipelineApp.Topic) =>
        (await app.SubscriberAsync(email, topic))?.Status;

    /// <summary>Writes a subscriber's row, as an admin does who restores or imports one. Replaces an existing row.</summary>
    /// <param name="columns">Columns beside Email.</param>
    public static Task WriteSubscriberAsync(
        this PipelineApp app, string email, Dictionary<string, object?> columns, string topic = PipelineApp.Topic)
    {
        var row = SampleRows.SubscriberKeys(email, topic);
        row["Email"] = email;
        foreach (var (name, value) in columns)
            row[name] = value;
        return app.Storage.Subscribers.UpsertEntityAsync(row, TableUpdateMode.Replace, Cancellation);
    }

    public static async Task CleanSubscribersAsync(this PipelineApp app)
    {
        await app.DrainAsync();
        await app.Get<SubscriberRetention>().RunAsync(Cancellation);
    }

    /// <summary>The first confirmed subscribers of a range.</summary>
    /// <param name="range">The whole range if null.</param>
    public static Task<(IReadOnlyList<Subscriber> Subscribers, bool More)> FirstConfirmedAsync(
        this PipelineApp app, int max, HashRange? range = null) =>
        app.Get<SubscriberTable>().FirstConfirmedAsync(PipelineApp.Topic, range ?? HashRange.Split(1).Single(), max, Cancellation);

    /// <summary>The addresses to which a digest is sent, in order.</summary>
    public static async Task<IReadOnlyList<string>> ConfirmedAddressesAsync(this PipelineApp app) =>
        [.. (await app.FirstConfirmedAsync(100)).Subscribers.Select(subscriber => subscriber.Email).Order()];

    /// <summary>Every row of every table with its ETag, and the number of messages on every queue.</summary>
    public static async Task<string> StateAsync(this PipelineApp app)
    {
        List<string> state = [];
        foreach (var table in app.Storage.Tables)
            state.AddRange((await app.RowsAsync(table)).Select(row => $"{table.Name} {row.PartitionKey} {row.RowKey} {row.ETag}"));
        foreach (var queue in app.Storage.Queues)
            state.Add($"{queue.Name} {(await queue.GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount}");
        return string.Join('\n', state);
    }

    public static SubscriberKey KeyOf(string email)
    {
        Assert.True(EmailAddress.TryParse(email, out var address));
        return SubscriberKey.Of(address);
    }

    // A link has the port of the app that created it. Another app with the same storage has another port.
    private static string PathOf(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == "http" ? uri.PathAndQuery : address;

    [GeneratedRegex(@"http://\S+/subscriptions/confirm\?(lang=..&)?token=\S+")]
    private static partial Regex ConfirmationLink();

    [GeneratedRegex("<form[^>]* action=\"([^\"]*)\"")]
    private static partial Regex Form();
}
