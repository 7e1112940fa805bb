using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Tests;
using Pipeline.Tests.Supply;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Host;

/// <summary>The output of dotnet publish, which runs in Azure, as a separate worker process.</summary>
public sealed class PublishedAppTests(AzuriteFixture azurite) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-published-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_published_app_has_what_the_host_needs_and_stores_a_submission()
    {
        await PublishAsync();
        Assert.Empty(_folder.GetFiles("local.settings*"));
        Assert.NotEmpty(_folder.GetDirectories(".azurefunctions"));
        var host = await ReadAsync<HostFile>(PathOf("host.json"));
        Assert.Equal("", host.Extensions.Http.RoutePrefix);

        // As in Azure, all settings are in the environment.
        var settings = (await ReadAsync<SettingsFile>(SourceFolder.PathOf("local.settings.sample.json"))).Values;
        settings["PipelineStorage"] = settings["AzureWebJobsStorage"] = azurite.NewAccount();
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
        string[] arguments =
        [
            "publish", SourceFolder.PathOf("Functions", "Functions.csproj"), "-c", "Release", "-o", _folder.FullName,
            "-nodeReuse:false",
        ];
        using var publish = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        var output = await publish.StandardOutput.ReadToEndAsync(Cancellation);
        await publish.WaitForExitAsync(Cancellation);
        Assert.True(publish.ExitCode == 0, output);
        Assert.DoesNotContain("warning", output, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<T> ReadAsync<T>(string path) =>
        JsonSerializer.Deserialize<T>(await File.ReadAllTextAsync(path, Cancellation), JsonSerializerOptions.Web)!;

    private sealed record HostFile(HostExtensions Extensions);

    private sealed record HostExtensions(HttpExtension Http);

    private sealed record HttpExtension(string RoutePrefix);

    private sealed record SettingsFile(Dictionary<string, string> Values);
}
