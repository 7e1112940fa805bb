using Pipeline.Admin;
using Xunit;

namespace Pipeline.Tests.Admin;

public sealed class CommandLineTests
{
    [Fact]
    public async Task The_help_names_the_commands()
    {
        var run = await AdminRun.OfAsync("--help");

        Assert.Equal((0, ""), (run.Code, run.Errors));
        Assert.Contains("  backup  ", run.Output);
        Assert.Contains("  backups  ", run.Output);
        Assert.Contains("  restore <NAME>  ", run.Output);
        Assert.Contains("--settings <FILE>", run.Output);
        Assert.Contains("--Name=value", run.Output);
    }

    [Theory]
    [InlineData("backup")]
    [InlineData("backups")]
    [InlineData("restore")]
    public async Task The_help_of_a_command_has_only_its_own_examples(string command)
    {
        var run = await AdminRun.OfAsync(command, "--help");

        Assert.Equal((0, ""), (run.Code, run.Errors));
        var examples = run.Output.ReplaceLineEndings("\n").Split("Examples:\n")[1].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(examples);
        Assert.All(examples, example =>
        {
            Assert.StartsWith($"  dotnet run --project Admin -- {command} ", $"{example} ", StringComparison.Ordinal);
            // What can be copied is understood.
            Assert.Empty(AdminApplication.Parse(example.Split(" -- ")[1].Split(' ')).Errors);
        });
    }

    [Theory]
    [InlineData("restore", "latest", "", "restore", "latest")]
    [InlineData(
        "restore", "2026-11-24T035000Z", "Practices Digests",
        "restore", "--table", "Practices", "2026-11-24T035000Z", "--table=Digests")]
    [InlineData(
        "restore", "latest", "Practices",
        "restore", "--PipelineStorage=a", "latest", "--BackupStorage__accountName=b", "--table", "Practices")]
    public void Arguments_of_restore_are_accepted_in_any_order(string command, string name, string tables, params string[] arguments)
    {
        var line = AdminApplication.Parse(arguments);

        Assert.Empty(line.Errors);
        Assert.Equal(
            (command, name, tables),
            (line.CommandResult.Command.Name, line.GetValue<string>("NAME"), string.Join(' ', line.GetValue<string[]>("--table")!)));
    }

    [Theory]
    [InlineData("Required command was not provided.")]
    [InlineData("Required argument 'NAME' missing for command: 'restore'.", "restore")]
    [InlineData("Unrecognized command or argument 'backups'.", "backup", "backups")]
    [InlineData("Unrecognized command or argument '--table'.", "backup", "--table", "Practices")]
    [InlineData("Unrecognized command or argument '--backup=now'.", "backups", "--backup=now")]
    [InlineData("Required argument missing for option: '--table'.", "restore", "latest", "--table")]
    [InlineData("Unrecognized command or argument 'older'.", "restore", "latest", "older")]
    [InlineData("File does not exist: 'nowhere.json'.", "backups", "--settings", "nowhere.json")]
    public async Task Wrong_arguments_are_rejected(string sentence, params string[] arguments)
    {
        var run = await AdminRun.OfAsync(arguments);

        Assert.Equal((2, ""), (run.Code, run.Output));
        Assert.Contains(sentence, run.Errors);
        Assert.Contains("--help", run.Errors);
    }

    [Fact]
    public void Admin_references_neither_LocalHost_nor_Functions() => Assert.DoesNotContain(
        typeof(AdminApplication).Assembly.GetReferencedAssemblies(),
        assembly => assembly.Name is "Pipeline.LocalHost" or "Pipeline.Functions");
}
