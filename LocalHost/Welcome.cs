using Pipeline.LocalHost.Azurite;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost;

/// <summary>What somebody sees who has just started this: what runs, and where to click.</summary>
internal static class Welcome
{
    public static void Print(CommandLine line, FunctionCatalogue functions, StoragePorts? azurite)
    {
        var storage = azurite is null
            ? "the storage account in the settings"
            : $"Azure Storage Explorer: Local & Attached, Emulator, ports {azurite.Blob} (blobs), {azurite.Queue} (queues), {azurite.Table} (tables)";
        Console.Out.WriteLine($"""

            {functions.Http.Count} HTTP, {functions.Queues.Count} queue and {functions.Timers.Count} timer functions are running.
              Home page  {line.Address}
              Mailbox    {new Uri(line.Address, "mailbox")}
              Storage    {storage}
            Ctrl+C ends it.

            """);
    }
}
