using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost;

namespace Microsoft.Azure.Functions.Worker.Builder;

public sealed class FunctionsApplicationBuilder
{
    private readonly LocalApplicationBuilder _local;

    internal FunctionsApplicationBuilder(string[] args) => _local = new LocalApplicationBuilder(args);

    public IServiceCollection Services => Web.Services;

    public ConfigurationManager Configuration => Web.Configuration;

    public IHostEnvironment Environment => Web.Environment;

    public ILoggingBuilder Logging => Web.Logging;

    public IMetricsBuilder Metrics => Web.Metrics;

    internal LocalApplicationBuilder Local => _local;

    private WebApplicationBuilder Web => _local.Web;

    public IHost Build() => _local.Build();
}
