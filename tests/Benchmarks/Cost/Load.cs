using Pipeline.Tests.Cost;

namespace Pipeline.Benchmarks.Cost;

/// <summary>An operation and how often it happens in a month.</summary>
/// <param name="InOneGo">True if all happen at the same time, as the ranges of a digest; false if they are spread over the month.</param>
/// <param name="ExtraSeconds">Waits of an execution that were not measured.</param>
internal sealed record Load(double Times, BillableOperations Bill, bool InOneGo = false, double ExtraSeconds = 0)
{
    /// <summary>Records in the log.</summary>
    public double Records =>
        Times * (Bill.Functions.Length * Assumed.HostRecordsPerExecution + Bill.Transactions + Bill.SendGridCalls + Bill.LogLines);

    /// <summary>Billed seconds of instances.</summary>
    /// <remarks>Executions spread over the month overlap by chance: the time that at least one of them covers is billed once.</remarks>
    public static double Seconds(IReadOnlyCollection<Load> loads, FunctionTimes times, double megabytes)
    {
        var executions = loads.SelectMany(load => load.Bill.Functions.Select(function => (Function: function, Load: load))).ToList();
        var spread = executions.Where(each => !each.Load.InOneGo).GroupBy(each => Assumed.ScaleGroup(each.Function)).Sum(group =>
        {
            var alone = group.Sum(each => each.Load.Times * times.BilledSeconds(each.Function, each.Load.ExtraSeconds));
            var covered = Assumed.SecondsPerMonth * (1 - Math.Exp(-alone / Assumed.SecondsPerMonth));
            return Math.Max(covered, group.Sum(SecondsUnderLoad));
        });
        return spread + executions.Where(each => each.Load.InOneGo).Sum(SecondsUnderLoad);

        double SecondsUnderLoad((string Function, Load Load) each) =>
            each.Load.Times * times.SecondsUnderLoad(each.Function, each.Load.ExtraSeconds, megabytes);
    }
}
