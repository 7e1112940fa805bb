using System.Globalization;
using Pipeline.Chaos;

var (minutes, seed) = (20.0, 1);
if (args.Length > 2
    || args.Length > 0 && !double.TryParse(args[0], CultureInfo.InvariantCulture, out minutes)
    || args.Length > 1 && !int.TryParse(args[1], CultureInfo.InvariantCulture, out seed))
{
    Console.Error.WriteLine("""
        dotnet run --project tests/Chaos -- [minutes] [seed]
          Uses the app for so many minutes (default: 20) while the app, storage and SendGrid fail at random times, and checks at the end
          what the app promised. The exit code is 1 if a promise is broken.
        """);
    return 2;
}

return await ChaosRun.RunAsync(TimeSpan.FromMinutes(minutes), seed);
