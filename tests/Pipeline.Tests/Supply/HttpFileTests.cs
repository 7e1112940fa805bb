using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Pages;
using Xunit;

namespace Pipeline.Tests.Supply;

/// <summary>docs/pipeline.http has every call, and each of them does what it says.</summary>
public sealed class HttpFileTests(AzuriteFixture azurite)
{
    private static readonly string Text = File.ReadAllText(SourceFolder.PathOf("docs", "pipeline.http"));

    // What the file says of a call, where that is not "done".
    private static readonly Dictionary<string, HttpStatusCode> Said = new()
    {
        ["API: send in a practice. 202; the same content gives the same reference."] = HttpStatusCode.Accepted,
        ["API: the same with a key of the sender's own. The same key with other content: 422."] = HttpStatusCode.Accepted,
        ["API: what is wrong is said for each field. 400."] = HttpStatusCode.BadRequest,
        ["API: ask an address for its consent. 202, whether or not it is known. \"language\" may be left out."] = HttpStatusCode.Accepted,
        ["API: SendGrid's Event Webhook. 403, as this is not signed by SendGrid."] = HttpStatusCode.Forbidden,
        ["An address that does not exist. 404, in words"] = HttpStatusCode.NotFound,
        ["Local host: runs a timer function at once. 202; also CleanSubscribers and Sweep"] = HttpStatusCode.Accepted,
    };

    [Fact]
    public void Every_function_that_can_be_called_is_called()
    {
        var calls = HttpFile.Read(Text, new Dictionary<string, string> { ["host"] = "http://host" }).Calls;
        var functions = typeof(Page).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .Select(method => (method.GetCustomAttribute<FunctionAttribute>()?.Name, Trigger: method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault()))
            .Where(function => function is { Name: not null, Trigger: not null })
            .Select(function => (function.Name, Route: TemplateParser.Parse(function.Trigger!.Route ?? function.Name!), Methods: function.Trigger.Methods!))
            .ToList();
        Assert.NotEmpty(functions);

        Assert.All(functions, function => Assert.True(
            calls.Any(call => function.Methods.Contains(call.Method, StringComparer.OrdinalIgnoreCase) && Fits(function.Route, new Uri(call.Address).AbsolutePath)),
            $"docs/pipeline.http does not call {function.Name}."));
    }

    [Fact]
    public async Task Every_call_does_what_the_file_says()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.SubmitPublishedAsync(Samples.Practice());
        await app.AddSubscribersAsync(1);
        await app.PublishDigestAsync();
        var issue = (await app.ClosedIssueAsync()).RowKey;
        var confirmation = await TokenAsync("subscribe");
        var calls = HttpFile.Read(Text, new Dictionary<string, string>
        {
            ["host"] = app.Http.BaseAddress!.AbsoluteUri.TrimEnd('/'),
            ["reference"] = reference,
            ["issue"] = issue,
            ["token"] = "TOKEN",
        }).Calls;
        var unsubscription = app.Get<Pipeline.Subscribers.SubscriptionTokens>().Unsubscription(
            PipelineApp.Topic, app.Get<Pipeline.Subscribers.SubscriptionTokens>().Read(confirmation, Pipeline.Subscribers.TokenPurpose.Confirm)!.Subscriber);

        Assert.Equal(Said.Keys.Order(), calls.Select(call => call.Title).Intersect(Said.Keys).Order());
        // The admin endpoint is the host's: EndToEnd.Tests call it.
        foreach (var call in calls.Where(call => !call.Address.Contains("/admin/")))
        {
            var token = call.Address.Contains("/confirm") || call.Address.Contains("/renew") ? confirmation : unsubscription;
            using var message = (call with { Address = call.Address.Replace("TOKEN", token) }).Message();
            using var answer = await app.Http.SendAsync(message, TestContext.Current.CancellationToken);

            Assert.True(
                Said.TryGetValue(call.Title, out var status) ? answer.StatusCode == status : answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.SeeOther,
                $"{call.Title}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        }

        async Task<string> TokenAsync(string form)
        {
            using var posted = new FormUrlEncodedContent(new Dictionary<string, string> { ["topic"] = PipelineApp.Topic, ["email"] = "http@example.org" });
            using var answer = await app.Http.PostAsync(form, posted, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var link = "";
            await Eventually.IsTrueAsync("the mail to confirm is there", async () =>
            {
                link = (await app.MailsAsync("http@example.org")).Select(mail => mail.Text).FirstOrDefault(text => text.Contains("confirm?"), "");
                return link.Length > 0;
            });
            return new string([.. link[(link.IndexOf("token=", StringComparison.Ordinal) + "token=".Length)..].TakeWhile(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_')]);
        }
    }

    private static bool Fits(RouteTemplate route, string path) =>
        new TemplateMatcher(route, []).TryMatch(path, []) && (route.Parameters.Any(parameter => parameter.IsCatchAll) || route.Segments.Count == path.Split('/', StringSplitOptions.RemoveEmptyEntries).Length);
}
