using Pipeline.Subscribers;
using Xunit;

namespace Pipeline.Tests.Subscribers;

/// <summary>Reports of SendGrid end a subscription, in any order.</summary>
public sealed class EndingTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task The_strongest_report_wins_in_every_order()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        (SubscriberStatus Status, TimeSpan After)[] events =
        [
            (SubscriberStatus.Unsubscribed, TimeSpan.FromMinutes(3)),
            (SubscriberStatus.Bounced, TimeSpan.FromMinutes(1)),
            (SubscriberStatus.Complained, TimeSpan.FromMinutes(2)),
        ];
        int[][] orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        var readers = await app.AddSubscribersAsync(orders.Length);
        var confirmed = app.Time.GetUtcNow();
        app.Time.Advance(TimeSpan.FromHours(1));

        foreach (var (reader, order) in readers.Zip(orders))
        {
            foreach (var number in order.Concat(order))
                await EndAsync(app, reader, events[number].Status, confirmed + events[number].After);

            var row = await RowAsync(app, reader);
            Assert.Equal(("Complained", confirmed + events[2].After, "It was Complained"), (row.Status, row.EndedOn, row.Reason));
        }
    }

    [Fact]
    public async Task A_repeated_weaker_or_outdated_report_writes_nothing()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reader = (await app.AddSubscribersAsync(1))[0];
        var confirmed = app.Time.GetUtcNow();

        Assert.False(await EndAsync(app, reader, SubscriberStatus.Complained, confirmed.AddSeconds(-2)));
        Assert.Equal("Confirmed", (await RowAsync(app, reader)).Status);

        Assert.True(await EndAsync(app, reader, SubscriberStatus.Bounced, confirmed.AddSeconds(5)));
        var bounced = await RowAsync(app, reader);
        Assert.Equal(app.Time.GetUtcNow(), bounced.EndedOn);

        Assert.False(await EndAsync(app, reader, SubscriberStatus.Bounced, confirmed.AddSeconds(9)));
        Assert.False(await EndAsync(app, reader, SubscriberStatus.Unsubscribed, confirmed.AddSeconds(9)));
        Assert.False(await EndAsync(app, "nobody@example.org", SubscriberStatus.Bounced, confirmed));
        Assert.Equal(bounced.ETag, (await RowAsync(app, reader)).ETag);
    }

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(1, 0, 2)]
    [InlineData(2, 1, 0)]
    [InlineData(1, 2, 0)]
    public async Task Reports_from_before_the_consent_and_repeated_reports_change_nothing(params int[] order)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reader = (await app.AddSubscribersAsync(1))[0];
        var confirmed = app.Time.GetUtcNow();
        app.Time.Advance(TimeSpan.FromHours(1));
        // A complaint from before the consent, and two bounces.
        (SubscriberStatus Status, TimeSpan After)[] events =
        [
            (SubscriberStatus.Complained, TimeSpan.FromMinutes(-5)),
            (SubscriberStatus.Bounced, TimeSpan.FromMinutes(3)),
            (SubscriberStatus.Bounced, TimeSpan.FromMinutes(2)),
        ];

        foreach (var number in order)
            await EndAsync(app, reader, events[number].Status, confirmed + events[number].After);

        var row = await RowAsync(app, reader);
        Assert.Equal(("Bounced", confirmed + events[2].After), (row.Status, row.EndedOn));
    }

    [Fact]
    public async Task A_report_from_the_second_of_the_confirmation_counts()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.Time.Advance(TimeSpan.FromMilliseconds(700));
        var reader = (await app.AddSubscribersAsync(1))[0];

        // SendGrid's timestamps have no fractions.
        Assert.True(await EndAsync(app, reader, SubscriberStatus.Bounced, app.Time.GetUtcNow().AddMilliseconds(-700)));
    }

    [Fact]
    public async Task The_reason_contains_no_address_and_dates_typed_as_text_are_read()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reader = (await app.AddSubscribersAsync(1))[0];
        var row = await RowAsync(app, reader);
        await app.Storage.Subscribers.EditAsync(row, "ConfirmedOn", "2026-11-24T10:30:00Z");
        await app.Storage.Subscribers.EditAsync(row, "Status", " confirmed ");

        Assert.False(await EndAsync(app, reader, SubscriberStatus.Bounced, app.Time.GetUtcNow().AddHours(-1)));
        Assert.True(await EndAsync(app, reader, SubscriberStatus.Bounced, app.Time.GetUtcNow(), $"550 5.1.1 <{reader}> is unknown"));

        Assert.Equal("550 5.1.1 *** is unknown", (await RowAsync(app, reader)).Reason);
    }

    [Fact]
    public async Task No_concurrent_report_is_lost()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reader = (await app.AddSubscribersAsync(1))[0];
        SubscriberStatus[] statuses = [SubscriberStatus.Unsubscribed, SubscriberStatus.Bounced, SubscriberStatus.Complained];

        await Task.WhenAll(Enumerable.Range(0, 30).Select(number => EndAsync(app, reader, statuses[number % 3], app.Time.GetUtcNow())));

        Assert.Equal("Complained", (await RowAsync(app, reader)).Status);
    }

    private static Task<bool> EndAsync(
        PipelineApp app, string email, SubscriberStatus status, DateTimeOffset happenedOn, string? reason = null) =>
        app.Get<SubscriberTable>().EndAsync(
            PipelineApp.Topic, SubscriberSteps.KeyOf(email), status, reason ?? $"It was {status}", happenedOn, Cancellation);

    private static async Task<StoredSubscriber> RowAsync(PipelineApp app, string email) => (await app.SubscriberAsync(email))!;
}
