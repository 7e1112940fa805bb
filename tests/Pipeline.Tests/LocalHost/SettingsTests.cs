using Microsoft.Extensions.Configuration;
using Pipeline.LocalHost.Settings;
using Pipeline.Settings;
using Xunit;

namespace Pipeline.Tests.LocalHost;

public sealed class SettingsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void The_environment_overrides_the_file_and_the_command_line_overrides_both()
    {
        Write("""{"Values":{"PrecedenceTest__A":"file","PrecedenceTest__B":"file","PrecedenceTest__C":"file"}}""");
        Environment.SetEnvironmentVariable("PrecedenceTest__B", "environment");
        Environment.SetEnvironmentVariable("PrecedenceTest__C", "environment");

        var section = Configure("--PrecedenceTest:C=line").GetSection("PrecedenceTest");

        Assert.Equal(["file", "environment", "line"], [section["A"], section["B"], section["C"]]);
    }

    [Fact]
    public void The_error_for_a_malformed_file_names_the_file_and_the_line()
    {
        Write("{\n  \"Values\": {\n    \"A\": 1,,\n  }\n}");

        var exception = Assert.Throws<StartupException>(() => Configure());

        Assert.StartsWith($"{_file}, line 3, is not proper JSON", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_ports_of_storage_and_of_the_base_address_follow_the_command_line()
    {
        Write("""{"Values":{"PipelineStorage":"UseDevelopmentStorage=true","Pipeline__BaseUrl":"http://localhost:7071"}}""");

        var settings = Configure("--port", "7099", "--storage-port-base", "21000");

        Assert.Contains("QueueEndpoint=http://127.0.0.1:21001/devstoreaccount1;", settings["PipelineStorage"], StringComparison.Ordinal);
        Assert.Contains("TableEndpoint=http://127.0.0.1:21002/devstoreaccount1;", settings["PipelineStorage"], StringComparison.Ordinal);
        Assert.Equal("http://localhost:7099", settings["Pipeline:BaseUrl"]);
    }

    [Fact]
    public void A_base_address_with_another_port_is_kept()
    {
        Write("""{"Values":{"Pipeline__BaseUrl":"http://localhost:70710"}}""");

        Assert.Equal("http://localhost:70710", Configure("--port", "7099")["Pipeline:BaseUrl"]);
    }

    [Theory]
    [InlineData("", "local", "http://127.0.0.1:7099")]
    [InlineData("SG.real", "SG.real", null)]
    public void Without_a_key_mail_goes_to_the_local_mailbox(string key, string expected, string? baseUrl)
    {
        Write("{}");

        var settings = Configure("--port", "7099", $"--SendGrid:ApiKey={key}");

        Assert.Equal(expected, settings["SendGrid:ApiKey"]);
        Assert.Equal(baseUrl, settings["SendGrid:BaseUrl"]);
    }

    [Theory]
    [InlineData("--prot", "1")]
    [InlineData("--port", "many")]
    [InlineData("--port", "70000")]
    [InlineData("--port")]
    [InlineData("--storage-port-base", "0")]
    [InlineData("--demo=maybe")]
    [InlineData("stray")]
    public void An_unknown_or_malformed_argument_is_refused(params string[] arguments)
    {
        var exception = Assert.Throws<CommandLineException>(() => CommandLine.Parse(arguments));

        Assert.Equal(2, exception.ExitCode);
        Assert.Contains(arguments[0].Split('=')[0], exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--backup")]
    [InlineData("--backups")]
    [InlineData("--restore", "latest")]
    [InlineData("--demo", "--table=Practices")]
    public void The_error_for_an_option_that_moved_names_its_application(params string[] arguments)
    {
        var exception = Assert.Throws<CommandLineException>(() => CommandLine.Parse(arguments));

        Assert.Equal(2, exception.ExitCode);
        Assert.Contains("dotnet run --project Admin -- --help", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Port_0_picks_a_free_port()
    {
        var line = CommandLine.Parse(["--demo", "--port=0"]);

        Assert.True(line.Demo);
        Assert.InRange(line.Port, 1024, 65535);
    }

    private IConfiguration Configure(params string[] arguments) =>
        LocalSettings.Read(CommandLine.Parse(["--settings", _file, .. arguments]));

    private void Write(string json) => File.WriteAllText(_file, json);
}
