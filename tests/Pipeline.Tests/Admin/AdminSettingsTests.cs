using Microsoft.Extensions.Configuration;
using Pipeline.Admin;
using Xunit;

namespace Pipeline.Tests.Admin;

public sealed class AdminSettingsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void The_command_line_overrides_the_environment_and_the_environment_overrides_the_file()
    {
        File.WriteAllText(_file, """{"Values":{"AdminTest__A":"file","AdminTest__B":"file","AdminTest__C":"file"}}""");
        Environment.SetEnvironmentVariable("AdminTest__B", "environment");
        Environment.SetEnvironmentVariable("AdminTest__C", "environment");

        var section = Read("--AdminTest__C=line", "--AdminTest:D=first", "--AdminTest__D=last=one").GetSection("AdminTest");

        Assert.Equal(["file", "environment", "line", "last=one"], [section["A"], section["B"], section["C"], section["D"]]);
    }

    [Fact]
    public async Task A_malformed_file_is_named_with_the_line()
    {
        await File.WriteAllTextAsync(_file, "{\n  \"Values\": {\n    \"A\": 1,,\n  }\n}", Cancellation);

        var run = await AdminRun.OfAsync("backups", "--settings", _file);

        Assert.Equal(1, run.Code);
        Assert.StartsWith($"{_file}, line 3, is not proper JSON", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors);
    }

    [Fact]
    public void An_account_with_an_identity_overrides_the_emulator_of_the_sample()
    {
        File.WriteAllText(
            _file, """{"Values":{"PipelineStorage":"UseDevelopmentStorage=true","AzureWebJobsStorage":"UseDevelopmentStorage=true"}}""");

        var settings = Read("--PipelineStorage__accountName=practices");

        Assert.Null(settings["PipelineStorage"]);
        Assert.Equal("UseDevelopmentStorage=true", settings["AzureWebJobsStorage"]);
    }

    private IConfiguration Read(params string[] overrides)
    {
        var settings = new AdminSettings(overrides);
        return settings.Read(new System.CommandLine.RootCommand { settings.File }.Parse(["--settings", _file]));
    }
}
