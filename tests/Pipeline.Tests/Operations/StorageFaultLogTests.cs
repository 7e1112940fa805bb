using System.Net;
using Xunit;

namespace Pipeline.Tests.Operations;

public sealed class StorageFaultLogTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_fault_of_storage_is_logged_once_a_minute_in_one_line()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.Wire.Before = _ => throw Wire.Unreachable();

        await SubmitTwiceAsync();
        await SubmitTwiceAsync();
        Assert.Equal(1, Lines());
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await SubmitTwiceAsync();

        Assert.Equal(2, Lines());
        Assert.DoesNotContain(app.Log.All, line => line.Contains("   at ", StringComparison.Ordinal));

        int Lines() => app.Log.All.Count(line =>
            line.Contains("Failed to queue a submission: storage is unavailable (Connection refused).", StringComparison.Ordinal));

        async Task SubmitTwiceAsync()
        {
            for (var i = 0; i < 2; i++)
            {
                using var answer = await app.SubmitAsync(Samples.Practice());
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            }
        }
    }
}
