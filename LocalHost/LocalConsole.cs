using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Pipeline.LocalHost;

/// <summary>Writes a line for each log message: time in UTC, level unless it is information, message. An exception follows.</summary>
internal sealed class LocalConsole(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "local";

    /// <summary>Levels follow the section Logging of the settings, as in the worker.</summary>
    public static ILoggerFactory CreateLoggers(IConfiguration settings) => LoggerFactory.Create(logging =>
    {
        logging.AddConsole(console => console.FormatterName = FormatterName);
        logging.Services.AddSingleton<ConsoleFormatter>(new LocalConsole(TimeProvider.System));
        foreach (var library in (string[])["Microsoft", "System.Net.Http", "Grpc"])
            logging.AddFilter(library, LogLevel.Warning);
        logging.AddFilter("Azure", LogLevel.Error).AddConfiguration(settings.GetSection("Logging"));
        // The worker logs the same about runs as the WebJobs SDK, and HttpFunctions the same as Yarp. A host that fails to start throws,
        // and that is reported.
        foreach (var silent in (string[])["Host", "Function", "Yarp", "Microsoft.Extensions.Hosting.Internal.Host"])
            logging.AddFilter(silent, LogLevel.None);
    });

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write(time.GetUtcNow().ToString("HH:mm:ss.fff'Z '", CultureInfo.InvariantCulture));
        if (logEntry.LogLevel != LogLevel.Information)
            textWriter.Write($"{logEntry.LogLevel} ".ToLowerInvariant());
        // Some libraries log an exception without a message.
        textWriter.WriteLine(((string?)logEntry.Formatter(logEntry.State, logEntry.Exception))?.ReplaceLineEndings(" "));
        if (logEntry.Exception is not null)
            textWriter.WriteLine(logEntry.Exception);
    }
}
