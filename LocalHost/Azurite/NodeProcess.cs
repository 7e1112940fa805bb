using System.ComponentModel;
using System.Diagnostics;

namespace Pipeline.LocalHost.Azurite;

internal static class NodeProcess
{
    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw new StartupException(
                $"Azurite, the storage emulator, needs Node 20 or later, but '{start.FileName}' was not found. Install Node, or set "
                + "PipelineStorage and AzureWebJobsStorage to the connection string of a storage account.");
        }
    }
}
