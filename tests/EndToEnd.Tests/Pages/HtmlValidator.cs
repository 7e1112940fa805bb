using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Pipeline.LocalHost.Azurite;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Pages;

/// <summary>html-validate. npm installs it from the lock file.</summary>
internal static class HtmlValidator
{
    private static readonly string Folder = typeof(HtmlValidator).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "HtmlFolder").Value!;

    /// <summary>The faults of the pages. Each begins with the name of its page.</summary>
    public static async Task<IReadOnlyList<string>> FaultsAsync(IEnumerable<(string Name, string Html)> pages)
    {
        if (!IsInstalled())
            await RunAsync("", "npm", "ci", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error");
        var input = JsonSerializer.Serialize(pages.Select(page => new { name = page.Name, html = page.Html }));
        return JsonSerializer.Deserialize<List<string>>(await RunAsync(input, "node", "validate.mjs"))!;
    }

    // npm writes this file last.
    private static bool IsInstalled()
    {
        var installed = new FileInfo(Path.Combine(Folder, "node_modules", ".package-lock.json"));
        return installed.Exists && installed.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json"));
    }

    private static async Task<string> RunAsync(string input, string command, params string[] arguments)
    {
        using var process = NodeProcess.Start(new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors}");
        return await output;
    }
}
