using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Host;

public sealed class StopTests(AzuriteFixture azurite)
{
    [Fact]
    public Task A_mail_that_SendGrid_has_when_the_app_stops_is_sent_once() =>
        StopWhileSendGridHasAMailAsync(AppProcess.StorageArguments(azurite.NewAccount()), withChildren: false);

    [Fact]
    public async Task Storage_ends_last_if_every_process_gets_the_signal()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-stop-");
        try
        {
            await StopWhileSendGridHasAMailAsync(
                ["--storage-port-base", $"{FreePort.Next(inARow: 3)}", "--data", folder.FullName], withChildren: true);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task StopWhileSendGridHasAMailAsync(string[] storage, bool withChildren)
    {
        var (calls, arrived, answer) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        var address = $"http://127.0.0.1:{FreePort.Next()}";
        await using var sendGrid = await SendGridAsync(address, async context =>
        {
            Interlocked.Increment(ref calls);
            arrived.TrySetResult();
            await answer.Task;
            context.Response.StatusCode = (int)HttpStatusCode.Accepted;
        });
        string[] settings = [.. storage, "--SendGrid__ApiKey=key", $"--SendGrid__BaseUrl={address}"];
        await using (var app = AppProcess.Start(settings))
        {
            await app.UntilItRunsAsync();
            using var asked = await app.Http.PostAsync(
                "api/subscriptions", JsonContent.Create(new { email = "reader@example.org", topic = PipelineApp.Topic }), Cancellation);
            Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
            await Eventually.EndsAsync("waiting for the mail at SendGrid", arrived.Task);

            var ending = app.EndAsync(withChildren);
            await app.UntilItSaysAsync("Stopping");
            answer.SetResult();

            Assert.Equal(0, await ending);
            Assert.Contains("Sent Confirmation mail", app.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("still run", app.Output, StringComparison.Ordinal);
        }

        await using var again = AppProcess.Start(settings);
        await again.UntilItRunsAsync();
        Assert.Equal(0, await again.EndAsync());
        Assert.Equal(1, calls);
    }

    private static async Task<WebApplication> SendGridAsync(string address, RequestDelegate send)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address);
        var server = builder.Build();
        server.MapPost("/v3/mail/send", send);
        await server.StartAsync(Cancellation);
        return server;
    }
}
