using System.Net;
using Azure;
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

    [Theory]
    [InlineData("Sweep")]
    [InlineData("PublishDigest")]
    [InlineData("CleanSubscribers")]
    public async Task A_timer_function_that_fails_with_storage_is_logged_once_a_minute_in_one_line(string function)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.Wire.Before = _ => throw Refused();

        for (var i = 0; i < 3; i++)
            await Assert.ThrowsAnyAsync<IOException>(() => app.RunTimerAsync(function));

        AssertOneLine(app, $"Failed to run {function}: storage is unavailable (403 AuthorizationFailure).");
    }

    [Theory]
    [InlineData("StoreSubmission")]
    [InlineData("SendMail")]
    public async Task Messages_that_fail_with_storage_are_logged_once_a_minute_in_one_line(string function)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.Wire.Before = _ => throw Refused();

        for (var i = 0; i < 3; i++)
            await Assert.ThrowsAnyAsync<IOException>(() => app.RunQueueAsync(function, $"malformed {i}"));

        AssertOneLine(app, $"Failed to run {function}: storage is unavailable (403 AuthorizationFailure).");
    }

    [Fact]
    public async Task A_function_that_fails_for_another_reason_is_logged_with_its_stack_trace()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.Wire.Before = _ => throw new SimulatedFaultException();

        await Assert.ThrowsAnyAsync<Exception>(() => app.RunTimerAsync("Sweep"));

        Assert.Contains(app.Log.All, line => line.Contains("Failed to run Sweep.", StringComparison.Ordinal)
            && line.Contains("   at ", StringComparison.Ordinal));
    }

    /// <summary>A fault that the client of storage does not retry, so that the tests need not wait.</summary>
    private static RequestFailedException Refused() => new(403, "Refused", "AuthorizationFailure", null);

    private static void AssertOneLine(PipelineApp app, string text)
    {
        Assert.Single(app.Log.All, line => line.Contains(text, StringComparison.Ordinal));
        Assert.DoesNotContain(app.Log.All, line => line.Contains("   at ", StringComparison.Ordinal));
    }
}
