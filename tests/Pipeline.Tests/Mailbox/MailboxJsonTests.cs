using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace Pipeline.Tests.Mailbox;

public sealed class MailboxJsonTests : IAsyncLifetime
{
    private MailboxServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await MailboxServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Mails_are_in_the_order_of_arrival()
    {
        await Send("first@example.org", "t/1");
        _server.Time.Advance(TimeSpan.FromMinutes(1));
        await Send("second@example.org", "t/1");
        var mails = await _server.MailAsync();
        Assert.Equal(["first@example.org", "second@example.org"], mails.Select(mail => (string?)mail!["to"]));
        Assert.Equal(TimeSpan.FromMinutes(1), (DateTimeOffset?)mails[1]!["receivedOn"] - (DateTimeOffset?)mails[0]!["receivedOn"]);
    }

    [Theory]
    [InlineData("?to=A@example.org", 2)]
    [InlineData("?issue=t/1", 2)]
    [InlineData("?to=a@example.org&issue=t/1", 1)]
    [InlineData("?to=c@example.org", 0)]
    [InlineData("?issue=T/1", 0)]
    [InlineData("?to=&issue=", 3)]
    public async Task Mails_are_filtered_by_recipient_and_by_issue(string query, int count)
    {
        await Send("a@example.org", "t/1");
        await Send("b@example.org", "t/1");
        await Send("a@example.org", "t/2");
        Assert.Equal(count, (await _server.MailAsync(query)).Count);
    }

    [Fact]
    public async Task A_DELETE_request_empties_the_mailbox()
    {
        await Send("a@example.org", "t/1");
        using var response = await _server.Http.DeleteAsync("/mailbox.json", Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Empty(await _server.MailAsync());
        await Send("b@example.org", "t/1");
        Assert.Equal("b@example.org", (string?)Assert.Single(await _server.MailAsync())!["to"]);
    }

    [Fact]
    public async Task Beyond_its_capacity_the_mailbox_keeps_the_newest()
    {
        var request = SampleRequest.ToMany(1_000).ToJsonString();
        for (var i = 0; i < 200; i++)
            (await _server.SendAsync(request)).Dispose();
        await Send("newest@example.org", "t/1");

        var page = await _server.PageAsync("/mailbox");
        Assert.Equal("200,000 mails", page.QuerySelector("h1")!.TextContent);
        Assert.Contains("newest@example.org", page.QuerySelector(".mails li")!.TextContent, StringComparison.Ordinal);
        await _server.PageAsync("/mailbox/1", HttpStatusCode.NotFound);
        var oldest = await _server.PageAsync("/mailbox/2");
        Assert.Contains("subscriber1@", oldest.QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("newest@example.org", (string?)Assert.Single(await _server.MailAsync("?issue=t/1"))!["to"]);
    }

    [Fact]
    public async Task Mails_from_parallel_senders_are_all_kept()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), Cancellation,
            async (i, _) => await Send($"a{i}@example.org", "t/1"));
        Assert.Equal(200, (await _server.MailAsync()).Select(mail => (string?)mail!["to"]).Distinct().Count());
    }

    private async Task Send(string to, string issue)
    {
        var request = SampleRequest.Good();
        request["personalizations"]![0]!["to"]![0]!["email"] = to;
        request["custom_args"] = new JsonObject { ["issue"] = issue };
        using var response = await _server.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }
}
