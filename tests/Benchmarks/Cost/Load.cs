using Pipeline.Tests.Cost;

namespace Pipeline.Benchmarks.Cost;

/// <summary>Something that happens so many times a month.</summary>
/// <param name="InOneGo">All at once, as the ranges of a digest; else spread over the month.</param>
/// <param name="More">Seconds that an execution waits beyond what was measured.</param>
internal sealed record Load(double Times, BillableOperations Bill, bool InOneGo = false, double More = 0)
{
    public double Records => Times * (Bill.Functions.Length * Assumed.HostRecordsPerExecution + Bill.Transactions + Bill.SendGridCalls + Bill.LogLines);

    /// <summary>
    /// Billed seconds of instances. HTTP functions share instances, every other function has its own. What is spread overlaps by
    /// chance: of so many windows that begin anywhere in the month, this share of the month is covered by one at least.
    /// </summary>
    public static double Seconds(IReadOnlyCollection<Load> loads, FunctionTimes times, double megabytes)
    {
        var executions = loads.SelectMany(load => load.Bill.Functions.Select(function => (Function: function, Load: load))).ToList();
        var inOneGo = executions.Where(each => each.Load.InOneGo).Sum(each => each.Load.Times * times.Busy(each.Function, each.Load.More, megabytes));
        return inOneGo + executions.Where(each => !each.Load.InOneGo).GroupBy(each => Assumed.ScaleGroup(each.Function)).Sum(group =>
        {
            var windows = group.Sum(each => each.Load.Times * times.Alone(each.Function, each.Load.More));
            var covered = Assumed.SecondsPerMonth * (1 - Math.Exp(-windows / Assumed.SecondsPerMonth));
            return Math.Max(covered, group.Sum(each => each.Load.Times * times.Busy(each.Function, each.Load.More, megabytes)));
        });
    }
}
