using Pipeline.LocalHost;

try
{
    await LocalApplication.RunAsync(args);
    return 0;
}
#pragma warning disable CA1031 // Every exception is reported and ends the process.
catch (Exception fault)
#pragma warning restore CA1031
{
    return FaultReport.Write(fault);
}
