using Microsoft.Playwright;
using Pipeline.EndToEnd.Tests;
using Xunit;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace Pipeline.EndToEnd.Tests;

/// <summary>The installed Chromium, started once. Without one the tests are skipped. Playwright does not download a browser.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string? Path =
        new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public static bool IsInstalled => Path is not null;

    public static void SkipWithout() =>
        Assert.SkipUnless(IsInstalled, "No Chromium is installed; run tests/EndToEnd.Tests/install-chromium.sh.");

    public async ValueTask InitializeAsync()
    {
        if (Path is null)
            return;

        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Path,
            // The sandbox does not run as root, which is the user of many containers.
            ChromiumSandbox = !Environment.IsPrivilegedProcess,
            // No requests to the internet, for example for updates.
            Args =
            [
                "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync",
            ],
        });
    }

    /// <summary>Opens a page in a new profile.</summary>
    public async Task<IPage> OpenAsync(bool scripts = true)
    {
        SkipWithout();
        return await (await _browser!.NewContextAsync(new() { JavaScriptEnabled = scripts })).NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
