using System.Text.Encodings.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Pipeline.Core.Tests;

/// <summary>Holds for all hosts: LocalHost, the worker and Admin register different services of their own.</summary>
public sealed class PipelineServicesTests
{
    [Fact]
    public void Letters_of_all_scripts_stay_readable_if_the_host_registers_an_encoder()
    {
        using var provider = new ServiceCollection().AddSingleton(HtmlEncoder.Default).AddPipeline().BuildServiceProvider();

        Assert.Equal("محمد – Saadé &lt;b&gt;", provider.GetRequiredService<HtmlEncoder>().Encode("محمد – Saadé <b>"));
    }

    [Theory]
    [InlineData("Microsoft.AspNetCore.Hosting.Diagnostics")]
    [InlineData("System.Net.Http.HttpClient.SendGrid.LogicalHandler")]
    [InlineData("Azure.Core")]
    public void Addresses_of_requests_are_not_logged(string category)
    {
        using var provider = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new AllLevels()))
            .AddPipeline()
            .BuildServiceProvider();
        var logger = provider.GetRequiredService<ILoggerFactory>().CreateLogger(category);

        Assert.False(logger.IsEnabled(LogLevel.Information));
        Assert.True(logger.IsEnabled(LogLevel.Warning));
    }

    private sealed class AllLevels : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
        }

        public void Dispose()
        {
        }
    }
}
