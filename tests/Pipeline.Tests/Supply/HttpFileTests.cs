using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing.Template;
using Pipeline.Subscribers;
using Pipeline.Tests.InProcess;
using Xunit;

namespace Pipeline.Tests.Supply;

/// <summary>docs/pipeline.http has every call, and each call gets the status that its title says.</summary>
public sealed partial class HttpFileTests(AzuriteFixture azurite)
{
    private static readonly string Text = File.ReadAllText(SourceFolder.PathOf("docs", "pipeline.http"));

    // Calls with a title that says another outcome than success.
    private static readonly Dictionary<string, HttpStatusCode> ExpectedStatuses = new()
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
    public void Every_HTTP_function_is_called()
    {
        var calls = HttpFile.Read(Text, new Dictionary<string, string> { ["host"] = "http://host" }).Calls;
        var functions = FunctionMethod.All.Where(function => function.Http is not null).ToList();
        Assert.NotEmpty(functions);

        Assert.All(functions, function =>
        {
            var route = TemplateParser.Parse(function.Http!.Route ?? function.Name);
            var methods = function.Http.Methods!;
            var isCalled = calls.Any(call =>
                methods.Contains(call.Method, StringComparer.OrdinalIgnoreCase) && Matches(route, new Uri(call.Address).AbsolutePath));
            Assert.True(isCalled, $"docs/pipeline.http does not call {function.Name}.");
        });
    }

    [Fact]
    public async Task Every_call_gets_the_status_that_the_file_says()
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
        var tokens = app.Get<SubscriptionTokens>();
        var unsubscription = tokens.Unsubscription(PipelineApp.Topic, tokens.Read(confirmation, TokenPurpose.Confirm)!.Subscriber);

        Assert.Equal(ExpectedStatuses.Keys.Order(), calls.Select(call => call.Title).Intersect(ExpectedStatuses.Keys).Order());
        // The admin endpoint belongs to the host. EndToEnd.Tests calls it.
        foreach (var call in calls.Where(call => !call.Address.Contains("/admin/")))
        {
            var token = call.Address.Contains("/confirm") || call.Address.Contains("/renew") ? confirmation : unsubscription;
            using var message = (call with { Address = call.Address.Replace("TOKEN", token) }).Message();
            using var answer = await app.Http.SendAsync(message, Cancellation);

            var isExpected = ExpectedStatuses.TryGetValue(call.Title, out var status)
                ? answer.StatusCode == status
                : answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.SeeOther;
            var body = await answer.Content.ReadAsStringAsync(Cancellation);
            Assert.True(isExpected, $"{call.Title}: {(int)answer.StatusCode} {body}");
        }

        async Task<string> TokenAsync(string form)
        {
            var fields = new Dictionary<string, string> { ["topic"] = PipelineApp.Topic, ["email"] = "http@example.org" };
            using var posted = new FormUrlEncodedContent(fields);
            using var answer = await app.Http.PostAsync(form, posted, Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var token = "";
            await Eventually.IsTrueAsync("the mail with the confirmation link arrives", async () =>
            {
                var texts = (await app.MailsAsync("http@example.org")).Select(mail => mail.Text);
                token = ConfirmationToken().Match(texts.FirstOrDefault("")).Groups[1].Value;
                return token.Length > 0;
            });
            return token;
        }
    }

    private static bool Matches(RouteTemplate route, string path)
    {
        var isCatchAll = route.Parameters.Any(parameter => parameter.IsCatchAll);
        var segmentCount = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Length;
        return new TemplateMatcher(route, []).TryMatch(path, []) && (isCatchAll || route.Segments.Count == segmentCount);
    }

    [GeneratedRegex(@"confirm\?\S*?token=([A-Za-z0-9_-]+)")]
    private static partial Regex ConfirmationToken();
}
