using Pipeline.Admin;
using Pipeline.Tests.Supply;

namespace Pipeline.Tests.Admin;

/// <summary>A command of Admin in this process. Its outputs are no terminal.</summary>
public sealed record AdminRun(int Code, string Output, string Errors)
{
    public static readonly string SampleSettings = SourceFolder.PathOf("local.settings.sample.json");

    public static async Task<AdminRun> OfAsync(params string[] arguments)
    {
        await using StringWriter output = new(), errors = new();
        var code = await AdminApplication.RunAsync(arguments, output, errors, Cancellation);
        return new AdminRun(code, output.ToString(), errors.ToString());
    }

    /// <param name="tables">Connection string of the account with the tables.</param>
    /// <param name="backups">Connection string of the account with the backups.</param>
    public static Task<AdminRun> WithAsync(string tables, string backups, params string[] arguments) =>
        OfAsync(["--settings", SampleSettings, $"--PipelineStorage={tables}", $"--AzureWebJobsStorage={backups}", .. arguments]);
}
