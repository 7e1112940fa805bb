using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Host;

public sealed class WrongAnswerTests(AzuriteFixture azurite)
{
    /// <summary>What a gateway, a captive portal or a broken network makes of an answer of storage.</summary>
    private static readonly IReadOnlyDictionary<string, Func<HttpContext, Task>> Answers = new Dictionary<string, Func<HttpContext, Task>>
    {
        ["JSON of a gateway"] = context => WriteAsync(context, 502, "application/json", """{"message":"Bad gateway"}"""),
        ["half of the XML of a gateway"] = context => WriteAsync(context, 502, "application/xml", "<Error><Code>Ba"),
        ["a page of a portal"] = context => WriteAsync(context, 200, "text/html", "<html>Sign in</html>"),
        ["an empty object"] = context => WriteAsync(context, 200, "application/json", "{}"),
        ["an answer that breaks off"] = async context =>
        {
            await BeginAsync(context);
            context.Abort();
        },
        ["an answer that does not end"] = async context =>
        {
            await BeginAsync(context);
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync(" ", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(TimeSpan.FromMilliseconds(300), context.RequestAborted);
            }
        },
    };

    [Fact]
    public async Task An_answer_that_is_not_of_storage_is_an_outage()
    {
        await using var storage = await StorageProxy.StartAsync(azurite.NewAccount());
        await using var app = AppProcess.Start(
        [
            $"--PipelineStorage={storage.ConnectionString}", $"--AzureWebJobsStorage={azurite.NewAccount()}",
            "--Pipeline:PageAge=00:00:00", "--Limits:ApiPostsPerMinute=0",
        ]);
        await app.UntilItRunsAsync();
        Assert.Equal((200, 200, 202), await StatusesAsync(app));
        foreach (var (name, answer) in Answers)
        {
            storage.Answer = async context =>
            {
                await answer(context);
                return true;
            };

            // The second answers come while storage is not called.
            for (var round = 1; round <= 2; round++)
                Assert.Equal((name, (503, 503, 503)), (name, await StatusesAsync(app)));

            storage.Answer = _ => Task.FromResult(false);
            await Eventually.IsTrueAsync($"all work after {name}", async () => await StatusesAsync(app) == (200, 200, 202));
        }

        Assert.Equal(0, await app.EndAsync());
        app.AssertNoStackTrace();
    }

    private static async Task<(int Page, int Health, int Submission)> StatusesAsync(AppProcess app)
    {
        var statuses = await Task.WhenAll(
            StatusAsync(app.Http.GetAsync("", Cancellation)),
            StatusAsync(app.Http.GetAsync("api/health", Cancellation)),
            StatusAsync(app.Http.PostAsync("api/submissions", JsonContent.Create(Samples.Practice()), Cancellation)));
        return (statuses[0], statuses[1], statuses[2]);
    }

    private static async Task<int> StatusAsync(Task<HttpResponseMessage> sending)
    {
        using var answer = await sending;
        return (int)answer.StatusCode;
    }

    private static async Task WriteAsync(HttpContext context, int status, string type, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(body, context.RequestAborted);
    }

    private static async Task BeginAsync(HttpContext context)
    {
        context.Response.Headers["x-ms-request-id"] = "1";
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = 100_000;
        await context.Response.WriteAsync("{", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
