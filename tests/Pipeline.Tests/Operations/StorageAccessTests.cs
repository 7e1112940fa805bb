using System.Net;
using Azure;
using Azure.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Settings;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Operations;

/// <summary>If a storage account refuses access, the start or the health check names the missing role or setting.</summary>
public sealed class StorageAccessTests(AzuriteFixture azurite)
{
    // Status and error code as Azure Storage answers them.
    [Theory]
    [InlineData("table", 403, "AuthorizationPermissionMismatch", "the role Storage Table Data Contributor")]
    [InlineData("queue", 403, "AuthorizationPermissionMismatch", "the role Storage Queue Data Contributor")]
    [InlineData("table", 403, "AuthorizationFailure", "network rules")]
    [InlineData("queue", 403, "KeyBasedAuthenticationNotPermitted", "accepts no keys. Set PipelineStorage__accountName")]
    [InlineData("queue", 403, "AuthenticationFailed", "Check the key")]
    public async Task The_start_names_the_missing_role_or_setting(string service, int status, string code, string words)
    {
        await using var account = await DeniedAccount.StartAsync(service, status, code);

        var fault = await Assert.ThrowsAsync<StartupException>(() => PipelineApp.StartAsync(account.ConnectionString));

        Assert.StartsWith($"The storage account at {account.Address} (setting PipelineStorage) ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/Practices", "tables", "Storage Table Data Contributor")]
    [InlineData("/practice-submissions", "queue", "Storage Queue Data Contributor")]
    public async Task The_health_check_names_a_missing_role(string path, string part, string role)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        Assert.Equal("healthy", (await ChecksAsync(app, HttpStatusCode.OK))[part]);
        app.Wire.Before = call =>
        {
            if (call.Path.StartsWith(path, StringComparison.Ordinal))
                throw new RequestFailedException(403, "Not allowed.", "AuthorizationPermissionMismatch", null);
        };

        var checks = await ChecksAsync(app, HttpStatusCode.ServiceUnavailable);

        Assert.Contains($"Give the identity the role {role}", checks[part], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "accountName=pipeline",
        "https://pipeline.table.core.windows.net/Practices", "https://pipeline.queue.core.windows.net/practice-submissions")]
    [InlineData(
        "tableServiceUri=https://one.example/ queueServiceUri=https://two.example/",
        "https://one.example/Practices", "https://two.example/practice-submissions")]
    public void An_identity_needs_an_account_and_no_key(string settings, string table, string queue)
    {
        var storage = Storage(settings);

        Assert.Equal((table, queue), (storage.Practices.Uri.AbsoluteUri, storage.SubmissionQueue.Uri.AbsoluteUri));
    }

    [Theory]
    [InlineData("tableServiceUri=https://one.example/", "The setting PipelineStorage is missing")]
    [InlineData("tableServiceUri=one queueServiceUri=two", "The setting PipelineStorage is neither")]
    public void An_incomplete_account_is_rejected(string settings, string sentence)
    {
        var fault = Assert.Throws<StartupException>(() => Storage(settings));

        Assert.StartsWith(sentence, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_identity_is_explained()
    {
        var sentence = StorageErrorMessage.Of(
            new CredentialUnavailableException("None of them."),
            new Uri("https://pipeline.table.core.windows.net/Practices"),
            StorageErrorMessage.TableRole);

        Assert.Contains("'az login'", sentence, StringComparison.Ordinal);
        Assert.Contains("PipelineStorage__clientId", sentence, StringComparison.Ordinal);
    }

    private static PipelineStorage Storage(string settings) =>
        new(Section(settings), [], TimeProvider.System, NullLogger<PipelineStorage>.Instance);

    private static IConfiguration Section(string settings)
    {
        var pairs = settings.Split(' ').Select(setting => setting.Split('=', 2));
        return new ConfigurationBuilder()
            .AddInMemoryCollection(pairs.Select(pair => KeyValuePair.Create($"PipelineStorage:{pair[0]}", (string?)pair[1])))
            .Build();
    }

    private static async Task<IReadOnlyDictionary<string, string>> ChecksAsync(PipelineApp app, HttpStatusCode expected)
    {
        using var answer = await app.Http.GetAsync("api/health", Cancellation);
        Assert.Equal(expected, answer.StatusCode);
        return (await answer.ReadAsync<HealthState>()).Checks;
    }

    /// <summary>An account of which one service, "table" or "queue", refuses all requests. The other one accepts all.</summary>
    private sealed class DeniedAccount(WebApplication web, Uri address) : IAsyncDisposable
    {
        public string Address => address.GetLeftPart(UriPartial.Authority);

        public string ConnectionString =>
            "DefaultEndpointsProtocol=http;AccountName=denied;AccountKey=a2V5;"
            + $"TableEndpoint={Address}/table/denied;QueueEndpoint={Address}/queue/denied;";

        public static async Task<DeniedAccount> StartAsync(string service, int status, string code)
        {
            var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls(address.AbsoluteUri);
            var web = builder.Build();
            web.MapFallback((HttpContext context) =>
            {
                var denied = context.Request.Path.StartsWithSegments($"/{service}", StringComparison.Ordinal);
                context.Response.StatusCode = denied ? status : StatusCodes.Status204NoContent;
                context.Response.Headers["x-ms-request-id"] = "1";
                if (!denied)
                    return Task.CompletedTask;
                // The queue service has the code in a header, the table service in the body.
                context.Response.Headers["x-ms-error-code"] = code;
                if (service == "queue")
                    return Task.CompletedTask;
                var body = new Dictionary<string, object> { ["odata.error"] = new { code, message = new { value = "Denied." } } };
                return context.Response.WriteAsJsonAsync(body);
            });
            await web.StartAsync(Cancellation);
            return new DeniedAccount(web, address);
        }

        public ValueTask DisposeAsync() => web.DisposeAsync();
    }
}
