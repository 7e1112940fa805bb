using Microsoft.Extensions.Options;

namespace Pipeline.LocalHost;

/// <summary>What a person is told of an exception that ends the process.</summary>
internal static class StartFault
{
    /// <summary>Writes its sentence, or the whole exception if it was not written for people, and gives the exit code.</summary>
    public static int Tell(Exception thrown)
    {
        var code = 1;
        foreach (var fault in thrown is AggregateException several ? several.Flatten().InnerExceptions : [thrown])
            switch (fault)
            {
                case StartException { ExitCode: 0 } asked:
                    Console.Out.WriteLine(asked.Message);
                    return 0;
                case StartException start:
                    Console.Error.WriteLine(start.Message);
                    code = start.ExitCode;
                    break;
                case OptionsValidationException options:
                    foreach (var failure in options.Failures)
                        Console.Error.WriteLine(failure);
                    break;
                // The exceptions of this product carry sentences; those of libraries need their stack trace.
                case var _ when fault.GetType().FullName!.StartsWith("Pipeline.", StringComparison.Ordinal):
                    Console.Error.WriteLine(fault.Message);
                    break;
                default:
                    Console.Error.WriteLine(fault);
                    break;
            }

        return code;
    }
}
