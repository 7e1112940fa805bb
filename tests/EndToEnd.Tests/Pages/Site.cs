using Azure.Data.Tables;
using Pipeline.Languages;
using Pipeline.Practices;
using Pipeline.Subscribers;
using Pipeline.Tests;
using Pipeline.Tests.Subscribers;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Pages;

/// <summary>Apps in all the states that have pages of their own.</summary>
public sealed class Site : IAsyncDisposable
{
    private Site(PipelineApp usual, PipelineApp empty, PipelineApp unreachable, PipelineApp broken) =>
        (Usual, Empty, Unreachable, Broken) = (usual, empty, unreachable, broken);

    /// <summary>Has practices in several scripts, more than a page of them, and an issue.</summary>
    public PipelineApp Usual { get; }

    /// <summary>Has two topics and nothing in them. Its clock has gone on since <see cref="ExpiredToken"/> was made.</summary>
    public PipelineApp Empty { get; }

    /// <summary>Cannot reach its storage.</summary>
    public PipelineApp Unreachable { get; }

    /// <summary>Has a fault of its own.</summary>
    public PipelineApp Broken { get; }

    public string Published { get; private set; } = "";
    public string PublishedInArabic { get; private set; } = "";
    public string PublishedOfLongWords { get; private set; } = "";
    public string Pending { get; private set; } = "";
    public string Declined { get; private set; } = "";
    public string Rejected { get; private set; } = "";
    public string Issue { get; private set; } = "";
    public string ExpiredToken { get; private set; } = "";

    public static async Task<Site> StartAsync(AzuriteFixture azurite)
    {
        var site = new Site(
            await PipelineApp.StartAsync(azurite.NewAccount()),
            await PipelineApp.StartAsync(azurite.NewAccount(), SubscriberSteps.TwoTopics),
            await PipelineApp.StartAsync(azurite.NewAccount()),
            await PipelineApp.StartAsync(azurite.NewAccount()));
        await site.FillAsync();
        site.ExpiredToken = Confirmation(site.Empty, "late@example.org");
        site.Empty.Time.Advance(TimeSpan.FromDays(8));
        site.Unreachable.Wire.Before = _ => throw Wire.Unreachable();
        site.Broken.Wire.Before = _ => throw new InvalidOperationException("This is a fault of ours.");
        return site;
    }

    /// <summary>The token of the link to confirm that is mailed to an address which is signed up before.</summary>
    public string Confirmation(string email) => Confirmation(Usual, email);

    public string Unsubscription(string email) => Usual.UnsubscribeLink(email).Split('=')[1];

    public string Undo(string email) => Usual.Get<SubscriptionTokens>().Undo(PipelineApp.Topic, SubscriberSteps.KeyOf(email));

    public async ValueTask DisposeAsync()
    {
        foreach (var app in new[] { Usual, Empty, Unreachable, Broken })
            await app.DisposeAsync();
    }

    private static string Confirmation(PipelineApp app, string email) =>
        app.Get<SubscriptionTokens>().Confirmation(PipelineApp.Topic, SubscriberSteps.KeyOf(email), Language.English);

    private async Task FillAsync()
    {
        var whole = Samples.Practice("A practice with everything").With("organisation", "Ministerio de Relaciones Exteriores").With("link", "https://practices.example.org/");
        Dictionary<string, string>[] practices =
        [
            .. Samples.Demo, .. Samples.Arabic, .. Samples.Mixed, Samples.Longest("W"), whole,
            .. Enumerable.Range(1, PracticePage.DefaultPerPage).Select(i => Samples.Practice($"Practice {i}")),
        ];
        var references = await Task.WhenAll(practices.Select(Usual.SubmitPublishedAsync));
        (Published, PublishedInArabic, PublishedOfLongWords) = (references[Array.IndexOf(practices, whole)], references[Samples.Demo.Count], references[Array.IndexOf(practices, whole) - 1]);

        await Usual.AddSubscribersAsync(1);
        await Usual.PublishDigestAsync();
        Issue = Assert.Single(await Usual.IssuesAsync()).RowKey;

        Pending = await Usual.SubmitAcceptedAsync(Samples.Practice("Waits"));
        await Usual.PracticeAsync(Pending);
        Declined = await Usual.SubmitAcceptedAsync(Samples.Practice("Is declined"));
        await Usual.PracticeAsync(Declined);
        await Usual.SetStatusAsync(Declined, "Declined");
        Rejected = Reference.Of("Is rejected").ToString();
        await Usual.Storage.Rejections.AddEntityAsync(
            new TableEntity(PipelineApp.Topic, Rejected) { ["Kind"] = "Invalid", ["Reasons"] = "title: Enter a title of at least 3 characters", ["Payload"] = "{}" },
            TestContext.Current.CancellationToken);

        foreach (var (email, status) in new[] { ("unconfirmed", "Unconfirmed"), ("unreachable", "Bounced"), ("reader", "Confirmed"), ("complained", "Complained"), ("leaves", "Confirmed"), ("goes", "Confirmed") })
            await Usual.WriteSubscriberAsync($"{email}@example.org", new() { ["Status"] = status, ["SubscribedOn"] = Usual.Time.GetUtcNow() });
    }
}
