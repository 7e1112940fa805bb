using System.Text.RegularExpressions;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Pipeline.LocalHost.Worker;

namespace Pipeline.LocalHost.Triggers;

/// <summary>Checks the settings that triggers name (%Setting% and Connection), before the SDK answers a missing one with a stack trace.</summary>
internal static partial class TriggerSettings
{
    /// <summary>The setting with the storage account in which the host keeps locks and the status of timers.</summary>
    public const string HostStorage = "AzureWebJobsStorage";

    /// <exception cref="StartException">A setting is missing or of no use here; names all of them.</exception>
    public static void Check(IEnumerable<WorkerFunction> functions, IConfiguration settings)
    {
        var faults = functions.Where(function => !function.IsHttp).SelectMany(function => Faults(function, settings)).Distinct().ToList();
        if (faults.Count > 0)
            throw new StartException(string.Join(Environment.NewLine, faults));
    }

    private static IEnumerable<string> Faults(WorkerFunction function, IConfiguration settings)
    {
        foreach (Match match in Placeholder().Matches(function["queueName"] ?? function["schedule"] ?? ""))
            if (settings[match.Groups[1].Value] is null)
                yield return $"The setting {match.Groups[1].Value} is missing; function {function.Name} names it in '{match.Value}'.";

        foreach (var name in new[] { HostStorage, function.Connection }.Distinct())
            if (settings[name] is { Length: > 0 } connectionString)
            {
                if (Malformed(connectionString) is { } fault)
                    yield return $"The setting {name} is neither a connection string nor UseDevelopmentStorage=true: {fault}";
            }
            else if (settings.GetSection(name).GetChildren().Any())
                yield return $"The setting {name} names a storage account with an identity ({name}__…). LocalHost cannot use one: set {name} to a "
                    + "connection string or to UseDevelopmentStorage=true.";
            else
                yield return name == HostStorage
                    ? $"The setting {name} is missing; timers keep their schedule in that storage account."
                    : $"The setting {name} is missing; function {function.Name} needs it to reach its storage account.";
    }

    private static string? Malformed(string connectionString)
    {
        try
        {
            _ = new QueueServiceClient(connectionString);
            return null;
        }
        catch (Exception malformed) when (malformed is FormatException or ArgumentException)
        {
            return malformed.Message;
        }
    }

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Placeholder();
}
