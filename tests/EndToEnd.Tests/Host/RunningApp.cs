using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Host;

/// <summary>The app in LocalHost, started once for the tests of a class.</summary>
public sealed class RunningApp(AzuriteFixture azurite) : IAsyncLifetime
{
    public AppProcess App { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        App = AppProcess.StartWith(azurite.NewAccount(), "--Limits__ApiPostsPerMinute=2");
        await App.UntilItRunsAsync();
    }

    public async ValueTask DisposeAsync() => await App.DisposeAsync();
}
