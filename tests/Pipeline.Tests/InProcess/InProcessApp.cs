using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Functions;
using Pipeline.LocalHost.Http;
using Pipeline.LocalHost.Mailbox;
using Pipeline.LocalHost.Settings;
using Pipeline.LocalHost.Worker;

namespace Pipeline.Tests.InProcess;

/// <summary>The app without a host: its services, middleware and HTTP functions behind the host's router, and the local mailbox.</summary>
/// <remarks>Queue and timer functions run only when a test calls them.</remarks>
public sealed class InProcessApp : IAsyncDisposable
{
    /// <summary>The key of the name of the function that answers, in HttpContext.Items.</summary>
    public const string FunctionItem = "function";

    private readonly WebApplication _web;
    private readonly FunctionExecutionDelegate _pipeline;

    private InProcessApp(WebApplication web, FunctionExecutionDelegate pipeline, Uri address) =>
        (_web, _pipeline, Address) = (web, pipeline, address);

    public Uri Address { get; }

    public IServiceProvider Services => _web.Services;

    /// <param name="settings">For example "--Pipeline:Moderation=Off". They override the sample settings.</param>
    /// <param name="change">Changes the app's services after they are registered.</param>
    public static async Task<InProcessApp> StartAsync(
        IReadOnlyList<string> settings, Action<IServiceCollection> change, CancellationToken cancellationToken)
    {
        var sampleSettings = Path.Combine(AppContext.BaseDirectory, "local.settings.sample.json");
        var line = CommandLine.Parse(["--port", $"{FreePort.Next()}", "--settings", sampleSettings, .. settings]);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.Configuration.AddConfiguration(LocalSettings.Read(line));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, line.Port));
        builder.Host.UseDefaultServiceProvider(options => options.ValidateScopes = options.ValidateOnBuild = true);
        builder.Services.AddRouting().AddSingleton<IHostLifetime, ManualLifetime>();
        builder.Services.AddMailbox();

        var worker = new MiddlewarePipeline(builder.Services);
        worker.UseFailedRuns();
        worker.AddFunctions();
        change(builder.Services);

        var web = builder.Build();
        var app = new InProcessApp(web, worker.Build(), line.Address);
        web.UseRouting();
        web.MapMailbox();
        web.UseEndpoints(_ => { });
        FunctionRoutes.Map(web, FunctionMethod.All.Where(function => function.Http is not null)
            .Select(function => (function.Name, function.Http!.Route, function.Http.Methods ?? [])), routePrefix: "", app.AnswerAsync);
        await web.StartAsync(cancellationToken);
        return app;
    }

    /// <summary>Runs a queue function with a message, or a timer function, in the app's pipeline.</summary>
    /// <param name="trigger">The text of the message, or a TimerInfo.</param>
    public async Task RunAsync(FunctionMethod function, object trigger, CancellationToken cancellationToken)
    {
        await using var scope = Services.CreateAsyncScope();
        await _pipeline(new InProcessContext(function, scope.ServiceProvider, trigger, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await _web.StopAsync(CancellationToken.None);
        await _web.DisposeAsync();
    }

    private Task AnswerAsync(HttpContext http, string name)
    {
        http.Items[FunctionItem] = name;
        return _pipeline(new InProcessContext(FunctionMethod.Named(name), http.RequestServices, http.Request, http.RequestAborted));
    }
}
