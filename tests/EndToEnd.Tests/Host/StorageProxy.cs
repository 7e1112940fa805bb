using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Tests;
using Yarp.ReverseProxy.Forwarder;

namespace Pipeline.EndToEnd.Tests.Host;

/// <summary>Stands between the app and the queues and tables of an account.</summary>
internal sealed class StorageProxy : IAsyncDisposable
{
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { UseProxy = false });
    private readonly WebApplication _server;

    private StorageProxy(string account)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddHttpForwarder();
        Dictionary<int, string> targets = [];
        ConnectionString = account;
        foreach (var service in (Uri[])[new QueueServiceClient(account).Uri, new TableServiceClient(account).Uri])
        {
            var own = new UriBuilder(service) { Port = FreePort.Next() }.Uri;
            targets[own.Port] = service.GetLeftPart(UriPartial.Authority);
            ConnectionString = ConnectionString.Replace(service.AbsoluteUri, own.AbsoluteUri, StringComparison.Ordinal);
        }

        builder.WebHost.UseUrls([.. targets.Keys.Select(port => $"http://127.0.0.1:{port}")]);
        _server = builder.Build();
        var forwarder = _server.Services.GetRequiredService<IHttpForwarder>();
        _server.Run(async context =>
        {
            if (await Answer(context))
                return;
            await forwarder.SendAsync(context, targets[context.Connection.LocalPort], _client);
        });
    }

    public string ConnectionString { get; }

    /// <summary>Called with each request. It is forwarded after the task has ended, unless the result is true.</summary>
    public Func<HttpContext, Task<bool>> Answer { get; set; } = _ => Task.FromResult(false);

    public static async Task<StorageProxy> StartAsync(string account)
    {
        var proxy = new StorageProxy(account);
        await proxy._server.StartAsync(Cancellation);
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _client.Dispose();
    }
}
