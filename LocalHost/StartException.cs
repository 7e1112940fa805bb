using Microsoft.Extensions.Options;

namespace Pipeline.LocalHost;

/// <summary>The start cannot go on, and the message says to a person why, in a sentence.</summary>
public sealed class StartException(string sentence, Exception? cause = null) : Exception(sentence, cause)
{
    /// <summary>What the process ends with: 1, or 2 for a wrong command line, or 0 after --help.</summary>
    public int ExitCode { get; init; } = 1;

    /// <summary>Writes what a person is told of an exception that ends the process: its sentence, or all of it if it was not written for people.</summary>
    /// <returns>The exit code.</returns>
    internal static int Tell(Exception fault)
    {
        if (fault is StartException { ExitCode: 0 })
        {
            Console.Out.WriteLine(fault.Message);
            return 0;
        }

        foreach (var each in fault is AggregateException several ? several.Flatten().InnerExceptions : [fault])
            Console.Error.WriteLine(each switch
            {
                OptionsValidationException options => string.Join(Environment.NewLine, options.Failures),
                // The exceptions of this product carry sentences; those of libraries need their stack trace.
                _ when each.GetType().FullName!.StartsWith("Pipeline.", StringComparison.Ordinal) => each.Message,
                _ => each.ToString(),
            });
        return (fault as StartException)?.ExitCode ?? 1;
    }
}
