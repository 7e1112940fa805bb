using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;
using Pipeline.Storage;

namespace Pipeline.Functions;

/// <summary>Logs functions that fail, in the worker's place: in an outage of storage with one line a minute for each function.</summary>
public sealed partial class FailedRuns(StorageFaultLog storageFaults, ILogger<FailedRuns> logger) : IFunctionsWorkerMiddleware
{
    /// <summary>The category in which the worker logs each failed run, with a stack trace.</summary>
    public const string WorkerCategory = "Microsoft.Azure.Functions.Worker.FunctionsApplication";

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        var function = context.FunctionDefinition.Name;
        try
        {
            await next(context);
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            storageFaults.Report($"run {function}", fault);
            // The host logs this exception, too. It has no stack trace of the storage clients.
            throw new StorageUnavailableException(StorageFault.Describe(fault));
        }
        catch (Exception fault) when (!context.CancellationToken.IsCancellationRequested)
        {
            LogFailed(fault, function);
            throw;
        }
    }

    [LoggerMessage(LogLevel.Error, "Failed to run {Function}.")]
    private partial void LogFailed(Exception fault, string function);

    private sealed class StorageUnavailableException(string reason) : IOException($"Storage is unavailable ({reason}).");
}
