using Pipeline.LocalHost;

try
{
    await LocalApplication.RunAsync(args);
    return 0;
}
#pragma warning disable CA1031 // Whatever it is, it is told, and ends the process.
catch (Exception fault)
#pragma warning restore CA1031
{
    return StartException.Tell(fault);
}
