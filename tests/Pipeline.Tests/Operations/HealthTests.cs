using System.Text.Json;
using Xunit;

namespace Pipeline.Tests.Operations;

public sealed class HealthTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Health_names_the_version_that_runs()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var health = JsonDocument.Parse(await app.Http.GetStringAsync("api/health", Cancellation));

        Assert.Matches(@"^\d+\.\d+\.\d+", health.RootElement.GetProperty("version").GetString());
    }
}
