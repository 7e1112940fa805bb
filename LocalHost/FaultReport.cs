using Microsoft.Extensions.Options;

namespace Pipeline.LocalHost;

/// <summary>Reports an exception that ends the process.</summary>
internal static class FaultReport
{
    /// <summary>Writes the message of an exception of this repository or of a wrong setting. Others have their stack trace.</summary>
    /// <returns>The exit code: 1, or that of <see cref="CommandLineException"/>.</returns>
    public static int Write(Exception fault)
    {
        if (fault is CommandLineException { ExitCode: 0 })
        {
            Console.Out.WriteLine(fault.Message);
            return 0;
        }

        foreach (var each in fault is AggregateException several ? several.Flatten().InnerExceptions : [fault])
            Console.Error.WriteLine(each switch
            {
                OptionsValidationException options => string.Join(Environment.NewLine, options.Failures),
                _ when each.GetType().FullName!.StartsWith("Pipeline.", StringComparison.Ordinal) => each.Message,
                _ => each.ToString(),
            });
        return (fault as CommandLineException)?.ExitCode ?? 1;
    }
}
