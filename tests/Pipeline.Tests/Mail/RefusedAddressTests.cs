using System.Net;
using Pipeline.Tests.Digests;
using Pipeline.Tests.Subscribers;
using Xunit;

namespace Pipeline.Tests.Mail;

public sealed class RefusedAddressTests(AzuriteFixture azurite)
{
    private const string NoReason = """{"errors":[{"message":"Bad Request","field":null}]}""";
    private const string Named = """{"errors":[{"message":"Does not contain a valid address.","field":"personalizations.0.to.0.email"}]}""";

    [Theory]
    [InlineData(NoReason)]
    [InlineData(Named)]
    [InlineData("")]
    public async Task An_address_that_SendGrid_refuses_alone_costs_the_next_issue_no_call(string answer)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var readers = await app.AddSubscribersAsync(40);
        Refuse(app, answer, "reader7@example.org", "reader23@example.org");
        await app.PublishPracticeAsync("First");
        var first = await app.ClosedIssueAsync();

        Assert.Equal((38, 2), (first.Sent, first.Failed));
        Assert.Equal(
            ["reader23@example.org", "reader7@example.org"],
            (await app.SubscribersAsync()).Where(row => row.Status == "Bounced").Select(row => row.Email).Order());
        Assert.All(
            (await app.SubscribersAsync()).Where(row => row.Status == "Bounced"),
            row => Assert.StartsWith("SendGrid refused the request (400)", row.Reason));
        Assert.InRange(app.SendGrid.Calls, 10, 30);

        var calls = app.SendGrid.Calls;
        await app.PublishPracticeAsync("Second");
        await app.UntilAllIssuesAreClosedAsync();
        Assert.Equal(1, app.SendGrid.Calls - calls);
        var second = (await app.IssuesAsync())[^1];
        Assert.Equal((38, 38, 0), (second.Candidates, second.Sent, second.Failed));
        Assert.Equal(2 * (readers.Count - 2), (await app.DigestsAsync()).Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(30)]
    public async Task A_refusal_without_a_reason_of_all_ends_no_subscription(int count)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(count);
        app.SendGrid.AnswerCalls(_ => SendGridWire.Answer(HttpStatusCode.BadRequest, NoReason));

        await app.PublishPracticeAsync();
        await app.DrainAsync();

        Assert.All(await app.SubscribersAsync(), row => Assert.Equal("Confirmed", row.Status));
    }

    [Fact]
    public async Task Mails_in_another_language_prove_nothing()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(5);
        var french = await app.AddSubscribersAsync(2, "lectrice", Pipeline.Languages.Language.Find("fr"));
        Refuse(app, NoReason, [.. french]);

        await app.PublishPracticeAsync();
        var issue = await app.ClosedIssueAsync();

        Assert.Equal((5, 2), (issue.Sent, issue.Failed));
        Assert.All(await app.SubscribersAsync(), row => Assert.Equal("Confirmed", row.Status));
    }

    [Fact]
    public async Task A_request_with_an_unknown_outcome_proves_nothing()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(4);
        app.SendGrid.Instead = async (_, request) =>
            (await SendGridRequest.ReadAsync(request)).Recipients.Contains("reader1@example.org")
                ? SendGridWire.Answer(HttpStatusCode.BadRequest, NoReason)
                : throw SendGridWire.ConnectionBroken();

        await app.PublishPracticeAsync();
        await app.DrainAsync();

        Assert.All(await app.SubscribersAsync(), row => Assert.Equal("Confirmed", row.Status));
    }

    [Fact]
    public async Task A_storage_fault_while_a_subscription_is_ended_loses_no_answer_of_SendGrid()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(9);
        Refuse(app, NoReason, "reader4@example.org");
        app.Wire.Before = call =>
        {
            if (call.Path.StartsWith("/Subscribers(P", StringComparison.Ordinal))
                throw new Azure.RequestFailedException(500, "A passing fault.");
        };

        await app.PublishPracticeAsync();
        var issue = await app.ClosedIssueAsync();
        app.Wire.Before = null;

        Assert.Equal((8, 1, 0), (issue.Sent, issue.Failed, issue.Unknown));
        Assert.Equal("Confirmed", await app.StatusAsync("reader4@example.org"));
        Assert.Equal(8, (await app.DigestsAsync()).Count);
    }

    /// <summary>SendGrid refuses every request that has one of these addresses, as a whole.</summary>
    private static void Refuse(PipelineApp app, string answer, params string[] addresses) =>
        app.SendGrid.Instead = async (_, request) =>
            (await SendGridRequest.ReadAsync(request)).Recipients.Any(addresses.Contains)
                ? SendGridWire.Answer(HttpStatusCode.BadRequest, answer)
                : null;
}
