using Azure.Data.Tables;
using Pipeline.Languages;
using Pipeline.Practices;
using Pipeline.Subscribers;
using Pipeline.Tests;
using Pipeline.Tests.Subscribers;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Pages;

/// <summary>Apps in all states that have pages of their own.</summary>
public sealed class Site : IAsyncDisposable
{
    private Site(PipelineApp filled, PipelineApp empty, PipelineApp unreachable, PipelineApp broken) =>
        (Filled, Empty, Unreachable, Broken) = (filled, empty, unreachable, broken);

    /// <summary>An app with practices in several scripts, more than fit on a page, and an issue.</summary>
    public PipelineApp Filled { get; }

    /// <summary>An app with two topics and without practices. <see cref="ExpiredToken"/> has expired in it.</summary>
    public PipelineApp Empty { get; }

    /// <summary>An app that cannot reach its storage.</summary>
    public PipelineApp Unreachable { get; }

    /// <summary>An app whose functions throw.</summary>
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

    /// <summary>The token of the confirmation link for an address in <see cref="Filled"/>.</summary>
    public string Confirmation(string email) => Confirmation(Filled, email);

    public string Unsubscription(string email) => Filled.UnsubscribeLink(email).Split('=')[1];

    public string Undo(string email) => Filled.Get<SubscriptionTokens>().Undo(PipelineApp.Topic, SubscriberSteps.KeyOf(email));

    public async ValueTask DisposeAsync()
    {
        foreach (var app in new[] { Filled, Empty, Unreachable, Broken })
            await app.DisposeAsync();
    }

    private static string Confirmation(PipelineApp app, string email) =>
        app.Get<SubscriptionTokens>().Confirmation(PipelineApp.Topic, SubscriberSteps.KeyOf(email), Language.English);

    private async Task FillAsync()
    {
        var complete = Samples.Practice("A practice with everything")
            .With("organisation", "Ministerio de Relaciones Exteriores").With("link", "https://practices.example.org/");
        var longWords = Samples.Longest("W");
        Dictionary<string, string>[] practices =
        [
            .. Samples.Demo, .. Samples.Arabic, .. Samples.Mixed, longWords, complete,
            .. Enumerable.Range(1, PracticePage.DefaultPerPage).Select(i => Samples.Practice($"Practice {i}")),
        ];
        var references = await Task.WhenAll(practices.Select(Filled.SubmitPublishedAsync));
        Published = ReferenceOf(complete);
        PublishedInArabic = ReferenceOf(Samples.Arabic[0]);
        PublishedOfLongWords = ReferenceOf(longWords);

        await Filled.AddSubscribersAsync(1);
        await Filled.PublishDigestAsync();
        Issue = Assert.Single(await Filled.IssuesAsync()).RowKey;

        Pending = await Filled.SubmitAcceptedAsync(Samples.Practice("Waits"));
        await Filled.PracticeAsync(Pending);
        Declined = await Filled.SubmitAcceptedAsync(Samples.Practice("Is declined"));
        await Filled.PracticeAsync(Declined);
        await Filled.SetStatusAsync(Declined, "Declined");
        Rejected = Reference.Of("Is rejected").ToString();
        var rejection = new TableEntity(PipelineApp.Topic, Rejected)
        {
            ["Kind"] = "Invalid",
            ["Reasons"] = "title: Enter a title of at least 3 characters",
            ["Payload"] = "{}",
        };
        await Filled.Storage.Rejections.AddEntityAsync(rejection, Cancellation);

        (string Name, string Status)[] subscribers =
        [
            ("unconfirmed", "Unconfirmed"), ("unreachable", "Bounced"), ("reader", "Confirmed"), ("complained", "Complained"),
            ("leaves", "Confirmed"), ("goes", "Confirmed"),
        ];
        foreach (var (name, status) in subscribers)
            await Filled.WriteSubscriberAsync(
                $"{name}@example.org", new() { ["Status"] = status, ["SubscribedOn"] = Filled.Time.GetUtcNow() });

        string ReferenceOf(Dictionary<string, string> practice) => references[Array.IndexOf(practices, practice)];
    }
}
