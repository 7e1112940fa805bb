namespace Pipeline.Benchmarks.Cost;

/// <param name="Seconds">The median of the runs.</param>
/// <param name="ProcessorSeconds">The mean of the runs.</param>
internal sealed record FunctionTime(string Function, double Seconds, double ProcessorSeconds, int Runs);
