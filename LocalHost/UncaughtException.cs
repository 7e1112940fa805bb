using Microsoft.Extensions.Options;

namespace Pipeline.LocalHost;

/// <summary>
/// An exception that nobody catches ends the process. One that was written for people ends it with its sentence and
/// nothing else; Program.cs needs no try for that, and a test, which does catch, sees the exception itself.
/// </summary>
internal static class UncaughtException
{
    private static int _installed;

    public static void TellInASentence()
    {
        if (Interlocked.Exchange(ref _installed, 1) == 0)
            AppDomain.CurrentDomain.UnhandledException += (_, uncaught) => End(uncaught.ExceptionObject);
    }

    private static void End(object thrown)
    {
        var code = 1;
        IEnumerable<object> exceptions = thrown is AggregateException several ? several.Flatten().InnerExceptions : [thrown];
        foreach (var exception in exceptions)
            switch (exception)
            {
                case StartException { ExitCode: 0 } asked:
                    System.Console.Out.WriteLine(asked.Message);
                    code = 0;
                    break;
                case StartException start:
                    System.Console.Error.WriteLine(start.Message);
                    code = start.ExitCode;
                    break;
                case OptionsValidationException options:
                    foreach (var failure in options.Failures)
                        System.Console.Error.WriteLine(failure);
                    break;
                case Exception ours when IsWrittenForPeople(ours):
                    System.Console.Error.WriteLine(ours.Message);
                    break;
                default:
                    System.Console.Error.WriteLine(exception);
                    break;
            }

        Environment.Exit(code);
    }

    /// <summary>The exception types of this product carry sentences; those of libraries need their stack trace.</summary>
    private static bool IsWrittenForPeople(Exception exception) =>
        exception.GetType().FullName!.StartsWith("Pipeline.", StringComparison.Ordinal);
}
