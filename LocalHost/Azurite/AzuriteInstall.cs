using System.Diagnostics;
using System.Security.Cryptography;

namespace Pipeline.LocalHost.Azurite;

/// <summary>Installs Azurite with npm, once for each version of the lock file. An incomplete installation is repeated.</summary>
internal static class AzuriteInstall
{
    // npm removes node_modules first, so the marker exists only after a complete installation.
    private static readonly string Marker = Path.Combine(AzuriteFolder.NodeModules, ".pipeline-complete");

    public static async Task EnsureAsync(CancellationToken cancellationToken)
    {
        var wanted = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(AzuriteFolder.LockFile, cancellationToken)));
        if (await IsCompleteAsync(wanted, cancellationToken))
            return;

        await using var installLock = await LockAsync(cancellationToken);
        if (await IsCompleteAsync(wanted, cancellationToken))
            return;

        await Console.Out.WriteLineAsync("Installing Azurite (the storage emulator), once, about 30 s …");
        await RunNpmAsync(cancellationToken);
        await File.WriteAllTextAsync(Marker, wanted, cancellationToken);
    }

    private static async Task<bool> IsCompleteAsync(string wanted, CancellationToken cancellationToken) =>
        File.Exists(Marker) && await File.ReadAllTextAsync(Marker, cancellationToken) == wanted;

    /// <summary>Several processes may start at once on a fresh clone, as in test runs. One installs, and the others wait.</summary>
    private static async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(AzuriteFolder.Path, "..", ".azurite"));
        var path = Path.Combine(folder.FullName, "install.lock");
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            }
        }
    }

    private static async Task RunNpmAsync(CancellationToken cancellationToken)
    {
        string[] npm = ["npm", "ci", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
        // On Windows npm is a .cmd file, which only a shell can start.
        var command = OperatingSystem.IsWindows() ? ["cmd", "/c", .. npm] : npm;
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = AzuriteFolder.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = NodeProcess.Start(start);
        var tail = new OutputTail(process);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        if (process.ExitCode != 0)
            throw new StartupException(
                $"Failed to install Azurite: 'npm ci' in LocalHost/Azurite ended with {process.ExitCode}. Run it there to see why. "
                + $"Its last lines: {tail}");
    }
}
