using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Azure.Data.Tables;
using Pipeline.Subscribers;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Tests.Subscribers;

/// <summary>What people, mail programs and admins do with subscriptions, in tests.</summary>
public static partial class SubscriberSteps
{
    public const string SecondTopic = "diaspora-investment";

    /// <summary>The settings of an app with two topics.</summary>
    public static readonly string[] TwoTopics =
    [
        $"Topics:0:Id={PipelineApp.Topic}", "Topics:0:Name=Mainstreaming Migration", $"Topics:1:Id={SecondTopic}", "Topics:1:Name=Diaspora Investment",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>All that a stranger sees of the answer.</summary>
    public static async Task<string> SignUpAsync(this PipelineApp app, string email, string topic = PipelineApp.Topic)
    {
        using var answer = await app.Http.PostAsJsonAsync("api/subscriptions", new { email, topic }, Cancellation);
        return await SeenAsync(answer);
    }

    public static async Task<(HttpStatusCode Status, string Body)> PostAsync(this PipelineApp app, string address, HttpContent? content = null)
    {
        using var answer = await app.Http.PostAsync(PathOf(address), content, Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    public static async Task<(HttpStatusCode Status, string Body)> GetAsync(this PipelineApp app, string address)
    {
        using var answer = await app.Http.GetAsync(PathOf(address), Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    public static async Task<string> SeenAsync(HttpResponseMessage answer)
    {
        var headers = answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key != "Date")
            .Select(header => $"{header.Key}: {string.Join(',', header.Value)}").Order();
        return $"{(int)answer.StatusCode}\n{string.Join('\n', headers)}\n{await answer.Content.ReadAsStringAsync(Cancellation)}";
    }

    /// <summary>The link to confirm in the mail with this number, from 1, to the address; waits for it.</summary>
    public static async Task<string> ConfirmationLinkAsync(this PipelineApp app, string email, int number = 1)
    {
        string[] links = [];
        await Eventually.IsTrueAsync($"confirmation {number} is there", async () =>
        {
            links = [.. (await app.MailsAsync(email)).OrderBy(mail => mail.GetProperty("receivedOn").GetString(), StringComparer.Ordinal)
                .Select(mail => ConfirmationLink().Match(mail.GetProperty("text").GetString()!).Value).Where(link => link.Length > 0)];
            return links.Length >= number;
        });
        return links[number - 1];
    }

    public static async Task ConfirmedAsync(this PipelineApp app, string email, string topic = PipelineApp.Topic, int number = 1)
    {
        await app.SignUpAsync(email, topic);
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(await app.ConfirmationLinkAsync(email, number))).Status);
    }

    public static string UnsubscribeLink(this PipelineApp app, string email, string topic = PipelineApp.Topic) =>
        $"subscriptions/unsubscribe?token={app.Get<SubscriptionTokens>().Unsubscription(topic, KeyOf(email))}";

    public static string EraseLink(this PipelineApp app, string email) => app.UnsubscribeLink(email).Replace("/unsubscribe", "/erase");

    /// <summary>Where the only form of a page is posted to.</summary>
    public static string Action(string page) => WebUtility.HtmlDecode(Assert.Single(FormAction().Matches(page)).Groups[1].Value);

    /// <summary>What a page says, without what stands on every page.</summary>
    public static string Said(string page) => page[page.IndexOf("<main", StringComparison.Ordinal)..page.IndexOf("</main>", StringComparison.Ordinal)];

    /// <summary>How often a mail was put on its queue.</summary>
    public static int MailsQueued(this PipelineApp app) => app.Wire.Calls.Count(call => call is { Method: "POST", Path: "/outgoing-mail/messages" });

    public static async Task<TableEntity?> SubscriberAsync(this PipelineApp app, string email, string topic = PipelineApp.Topic)
    {
        var key = KeyOf(email).ToString();
        var found = await app.Storage.Subscribers.GetEntityIfExistsAsync<TableEntity>($"{topic}~{key[..2]}", key, cancellationToken: Cancellation);
        return found.HasValue ? found.Value : null;
    }

    public static async Task<string?> StatusAsync(this PipelineApp app, string email, string topic = PipelineApp.Topic) =>
        (await app.SubscriberAsync(email, topic))?.GetString("Status");

    /// <summary>Writes a row as an admin does who restores or imports one.</summary>
    public static Task WriteAsync(this PipelineApp app, string email, Dictionary<string, object?> columns, string topic = PipelineApp.Topic)
    {
        var key = KeyOf(email).ToString();
        var row = new TableEntity($"{topic}~{key[..2]}", key) { ["Email"] = email };
        foreach (var (name, value) in columns)
            row[name] = value;
        return app.Storage.Subscribers.UpsertEntityAsync(row, TableUpdateMode.Replace, Cancellation);
    }

    /// <summary>Every row of every table with its ETag, and what waits on the queues.</summary>
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

    // Links name the port of the app that made them; another one on the same storage stands for the same site.
    private static string PathOf(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == "http" ? uri.PathAndQuery : address;

    [GeneratedRegex(@"http://\S+/subscriptions/confirm\?(lang=..&)?token=\S+")]
    private static partial Regex ConfirmationLink();

    [GeneratedRegex("<form[^>]* action=\"([^\"]*)\"")]
    private static partial Regex FormAction();
}
