namespace Pipeline.LocalHost.Worker;

/// <summary>The environment variables that the Functions host sets for a worker.</summary>
internal static class WorkerEnvironment
{
    /// <param name="folder">The folder of the app, with its host.json.</param>
    /// <param name="hostAddress">Where the host waits for the worker.</param>
    public static IReadOnlyDictionary<string, string> Of(string folder, string hostAddress) => new Dictionary<string, string>
    {
        ["FUNCTIONS_APPLICATION_DIRECTORY"] = folder,
        ["Functions__Worker__HostEndpoint"] = hostAddress,
        ["Functions__Worker__WorkerId"] = "worker",
        ["Functions__Worker__RequestId"] = "worker",
        ["Functions__Worker__GrpcMaxMessageLength"] = $"{int.MaxValue}",
    };
}
