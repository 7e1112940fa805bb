using Microsoft.Extensions.Hosting;

namespace Pipeline.LocalHost;

/// <summary>For hosts inside of this process: they start and stop when they are told, not by signals.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
