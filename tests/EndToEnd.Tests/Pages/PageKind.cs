using System.Net;
using Pipeline.Practices;
using Pipeline.Tests;

namespace Pipeline.EndToEnd.Tests.Pages;

/// <param name="Find">Returns the app and the address of the page.</param>
/// <param name="Form">The fields of a POST; null for a GET.</param>
public sealed record PageKind(
    string Name, HttpStatusCode Status, Func<Site, (PipelineApp App, string Address)> Find, Dictionary<string, string>? Form = null)
{
    private const string Topic = PipelineApp.Topic;

    public static readonly IReadOnlyList<PageKind> All =
    [
        Get("front", _ => ""),
        GetEmpty("front, nothing yet", ""),
        Get("topic", _ => $"topics/{Topic}"),
        Get("topic, later page", site => $"topics/{Topic}?after={site.Published}"),
        GetEmpty("topic, nothing yet", $"topics/{Topic}"),
        Get("practice", site => $"practices/{Topic}/{site.Published}"),
        Get("practice, right to left", site => $"practices/{Topic}/{site.PublishedInArabic}"),
        Get("practice, longest words", site => $"practices/{Topic}/{site.PublishedOfLongWords}"),
        Get("standing, received", _ => $"practices/{Topic}/{Reference.Of("Is received")}"),
        Get("standing, pending", site => $"practices/{Topic}/{site.Pending}"),
        Get("standing, declined", site => $"practices/{Topic}/{site.Declined}"),
        Get("standing, rejected", site => $"practices/{Topic}/{site.Rejected}"),
        Get("submit", _ => "submit"),
        Post("submit, mistakes", HttpStatusCode.BadRequest, _ => "submit", ("title", "Hi"), ("email", "nobody"), ("link", "nowhere")),
        new("submit, preview", HttpStatusCode.OK, site => (site.Filled, "submit"), Preview),
        new("submit, outage", HttpStatusCode.ServiceUnavailable, site => (site.Unreachable, "submit"), Samples.Practice()),
        Get("subscribe", _ => $"subscribe?topic={Topic}"),
        GetEmpty("subscribe, two topics", "subscribe"),
        Post("subscribe, mistakes", HttpStatusCode.BadRequest, _ => "subscribe", ("email", "nobody")),
        new(
            "subscribe, outage", HttpStatusCode.ServiceUnavailable, site => (site.Unreachable, "subscribe"),
            new() { ["topic"] = Topic, ["email"] = "reader@example.org" }),
        Post("subscribed", HttpStatusCode.OK, _ => "subscribe", ("topic", Topic), ("email", "new@example.org")),
        Post("subscribed, likely slip", HttpStatusCode.OK, _ => "subscribe", ("topic", Topic), ("email", "new@gmial.com")),
        Get("confirm", site => $"subscriptions/confirm?token={site.Confirmation("unconfirmed@example.org")}"),
        Post(
            "confirmed, not reachable", HttpStatusCode.Conflict,
            site => $"subscriptions/confirm?token={site.Undo("unreachable@example.org")}"),
        Post("confirmed", HttpStatusCode.OK, site => $"subscriptions/confirm?token={site.Confirmation("unconfirmed@example.org")}"),
        Post("confirmed, unwanted", HttpStatusCode.Conflict, site => $"subscriptions/confirm?token={site.Undo("complained@example.org")}"),
        Post("confirmed, gone", HttpStatusCode.Gone, site => $"subscriptions/confirm?token={site.Confirmation("gone@example.org")}"),
        Post("renewed", HttpStatusCode.OK, site => $"subscriptions/renew?token={site.Confirmation("unconfirmed@example.org")}"),
        new("expired link", HttpStatusCode.Gone, site => (site.Empty, $"subscriptions/confirm?token={site.ExpiredToken}")),
        Get("bad link", HttpStatusCode.NotFound, _ => "subscriptions/confirm?token=abc"),
        Get("unsubscribe", site => $"subscriptions/unsubscribe?token={site.Unsubscription("leaves@example.org")}"),
        Post("unsubscribed", HttpStatusCode.OK, site => $"subscriptions/unsubscribe?token={site.Unsubscription("leaves@example.org")}"),
        Get("erase", site => $"subscriptions/erase?token={site.Unsubscription("goes@example.org")}"),
        Post("erased", HttpStatusCode.OK, site => $"subscriptions/erase?token={site.Unsubscription("goes@example.org")}"),
        Get("archive", _ => $"digests/{Topic}"),
        GetEmpty("archive, nothing yet", $"digests/{Topic}"),
        Get("digest", site => $"digests/{Topic}/{site.Issue}"),
        Get("no such page", HttpStatusCode.NotFound, _ => "no/such/page"),
        Get("no such topic", HttpStatusCode.NotFound, _ => "topics/nothing"),
        Get("no such practice", HttpStatusCode.NotFound, _ => $"practices/{Topic}/0000-0000-0000-1"),
        Get("no such digest", HttpStatusCode.NotFound, _ => $"digests/{Topic}/2001-01-01"),
        new("outage", HttpStatusCode.ServiceUnavailable, site => (site.Unreachable, $"topics/{Topic}")),
        new("broken", HttpStatusCode.InternalServerError, site => (site.Broken, $"topics/{Topic}")),
    ];

    private static PageKind Get(string name, Func<Site, string> address) => Get(name, HttpStatusCode.OK, address);

    // A property, because All is initialized before fields that follow it.
    private static Dictionary<string, string> Preview => Samples.Practice().With("email", "angelica@gmial.com").With("step", "preview");

    private static PageKind Get(string name, HttpStatusCode status, Func<Site, string> address) =>
        new(name, status, site => (site.Filled, address(site)));

    private static PageKind GetEmpty(string name, string address) => new(name, HttpStatusCode.OK, site => (site.Empty, address));

    private static PageKind Post(
        string name, HttpStatusCode status, Func<Site, string> address, params (string Field, string Value)[] form) =>
        new(name, status, site => (site.Filled, address(site)), form.ToDictionary(pair => pair.Field, pair => pair.Value));
}
