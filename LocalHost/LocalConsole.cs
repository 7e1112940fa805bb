using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Pipeline.LocalHost;

/// <summary>A line for each log message: time in UTC, level, message. What failed has its exception below.</summary>
internal sealed class LocalConsole(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "local";

    /// <summary>Its levels follow the section Logging of the settings, as those of the worker do.</summary>
    public static ILoggerFactory CreateLoggers(IConfiguration settings) => LoggerFactory.Create(logging =>
    {
        logging.AddConsole(console => console.FormatterName = FormatterName);
        logging.Services.AddSingleton<ConsoleFormatter>(new LocalConsole(TimeProvider.System));
        foreach (var library in (string[])["Microsoft", "System.Net.Http", "Yarp", "Grpc"])
            logging.AddFilter(library, LogLevel.Warning);
        logging.AddFilter("Azure", LogLevel.Error).AddConfiguration(settings.GetSection("Logging"));
        // What the WebJobs SDK says of a run, the worker says as well. A host that fails to start throws, and that is told.
        foreach (var silent in (string[])["Host", "Function", "Microsoft.Extensions.Hosting.Internal.Host"])
            logging.AddFilter(silent, LogLevel.None);
    });

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write(time.GetUtcNow().ToString("HH:mm:ss.fff'Z '", System.Globalization.CultureInfo.InvariantCulture));
        if (logEntry.LogLevel != LogLevel.Information)
            textWriter.Write($"{logEntry.LogLevel} ".ToLowerInvariant());
        // Some libraries log an exception without a message.
        textWriter.WriteLine(((string?)logEntry.Formatter(logEntry.State, logEntry.Exception))?.ReplaceLineEndings(" "));
        if (logEntry.Exception is not null)
            textWriter.WriteLine(logEntry.Exception);
    }
}
