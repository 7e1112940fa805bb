using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Tests;
using Pipeline.Tests.Supply;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Host;

/// <summary>What runs in Azure: the output of dotnet publish, as a worker process of its own.</summary>
public sealed class PublishedAppTests(AzuriteFixture azurite) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-published-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_published_app_has_what_the_host_needs_and_stores_a_submission()
    {
        await PublishAsync();
        Assert.Empty(_folder.GetFiles("local.settings*"));
        Assert.NotEmpty(_folder.GetDirectories(".azurefunctions"));
        using var host = JsonDocument.Parse(await File.ReadAllTextAsync(PathOf("host.json"), Cancellation));
        Assert.Equal("", host.RootElement.GetProperty("extensions").GetProperty("http").GetProperty("routePrefix").GetString());

        var account = azurite.NewAccount();
        // As in Azure, all settings are in the environment.
        var settings = JsonDocument.Parse(await File.ReadAllTextAsync(SourceFolder.PathOf("local.settings.sample.json"), Cancellation))
            .RootElement.GetProperty("Values").EnumerateObject().ToDictionary(setting => setting.Name, setting => setting.Value.GetString()!);
        settings["PipelineStorage"] = settings["AzureWebJobsStorage"] = account;
        settings["SendGrid__ApiKey"] = "key";
        await using var app = await WorkerApp.StartAsync(PathOf("Pipeline.Functions.dll"), settings);
        await app.Host.UntilItRunsAsync();
        using var answer = await app.Host.Http.PostAsync("api/submissions", JsonContent.Create(Samples.Practice()), Cancellation);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await app.Host.UntilItSaysAsync("Stored submission");
        Assert.Equal(0, await app.Host.EndAsync());
    }

    private string PathOf(string file) => Path.Combine(_folder.FullName, file);

    private async Task PublishAsync()
    {
        using var publish = Process.Start(new ProcessStartInfo(
            "dotnet", ["publish", SourceFolder.PathOf("Functions", "Functions.csproj"), "-c", "Release", "-o", _folder.FullName, "-nodeReuse:false"])
        { RedirectStandardOutput = true })!;
        var said = await publish.StandardOutput.ReadToEndAsync(Cancellation);
        await publish.WaitForExitAsync(Cancellation);
        Assert.True(publish.ExitCode == 0, said);
        Assert.DoesNotContain("warning", said, StringComparison.OrdinalIgnoreCase);
    }
}
