using System.Diagnostics;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.LocalHost;
using Pipeline.LocalHost.Settings;
using Xunit;

namespace Pipeline.Tests.LocalHost;

/// <summary>The local host with some function classes, on a free port and a storage account of its own.</summary>
internal sealed class RunningHost(IHost host) : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public IServiceProvider Services => host.Services;

    public HttpClient Client { get; } = new() { BaseAddress = host.Services.GetRequiredService<CommandLine>().Address };

    public static async Task<RunningHost> StartAsync(
        string account, Type[] functions, Action<IServiceCollection>? services = null, params string[] settings)
    {
        var host = Build(account, functions, services, settings);
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new RunningHost(host);
    }

    public static IHost Build(string account, Type[] functions, Action<IServiceCollection>? services = null, params string[] settings)
    {
        string[] arguments = ["--port", "0", $"--AzureWebJobsStorage={account}", $"--PipelineStorage={account}", .. settings];
        var builder = FunctionsApplication.CreateBuilder(arguments).ConfigureFunctionsWebApplication().UseFunctionsOf(functions);
        services?.Invoke(builder.Services);
        return builder.Build();
    }

    public Task<HttpResponseMessage> SendAsync(string method, string address, string? json = null) => Client.SendAsync(
        new HttpRequestMessage(new HttpMethod(method), address)
        {
            Content = json is null ? null : new StringContent(json, System.Text.Encoding.UTF8, "application/json"),
        },
        TestContext.Current.CancellationToken);

    /// <summary>Asks again and again until the answer is there.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> isThere)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var answer = await ask();
            if (isThere(answer))
                return answer;
            Assert.True(waited.Elapsed < Deadline, $"Still '{answer}' after {Deadline.TotalSeconds} s.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public static Task UntilAsync(Func<bool> isSo) => UntilAsync(() => Task.FromResult(isSo()), so => so);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await host.StopAsync(CancellationToken.None);
        host.Dispose();
    }
}
