using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Pipeline.LocalHost;

/// <summary>A line for each log message: time in UTC, level, message. What failed has its exception below.</summary>
internal sealed class LocalConsole(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "local";

    // "Hosting failed to start", with a stack trace. The exception itself comes out of StartAsync and is told there.
    private const int HostingFailedToStart = 11;

    /// <summary>Its levels follow the section Logging of the settings, as those of the worker do.</summary>
    public static ILoggerFactory CreateLoggers(IConfiguration settings) => LoggerFactory.Create(logging =>
    {
        logging.AddConsole(console => console.FormatterName = FormatterName);
        logging.Services.AddSingleton<ConsoleFormatter>(new LocalConsole(TimeProvider.System));
        logging.SetMinimumLevel(LogLevel.Information)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Azure", LogLevel.Error)
            .AddFilter("System.Net.Http", LogLevel.Warning)
            .AddFilter("Yarp", LogLevel.Warning)
            .AddFilter("Grpc", LogLevel.Warning)
            .AddConfiguration(settings.GetSection("Logging"))
            // What the WebJobs SDK says of a run, the functions and this host say in a line.
            .AddFilter("Host", LogLevel.None)
            .AddFilter("Function", LogLevel.None);
    });

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (logEntry.EventId.Id == HostingFailedToStart && logEntry.Category == "Microsoft.Extensions.Hosting.Internal.Host")
            return;

        textWriter.Write(time.GetUtcNow().ToString("HH:mm:ss.fff'Z '", System.Globalization.CultureInfo.InvariantCulture));
        textWriter.Write(logEntry.LogLevel switch
        {
            LogLevel.Critical => "critical ",
            LogLevel.Error => "error ",
            LogLevel.Warning => "warning ",
            LogLevel.Debug or LogLevel.Trace => "debug ",
            _ => "",
        });
        // Some libraries log an exception without a message.
        string? message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        textWriter.WriteLine(message?.ReplaceLineEndings(" "));
        if (logEntry.Exception is not null)
            textWriter.WriteLine(logEntry.Exception);
    }
}
