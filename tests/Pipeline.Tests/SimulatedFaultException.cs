namespace Pipeline.Tests;

/// <summary>The exception of a call that a test lets fail.</summary>
public sealed class SimulatedFaultException : Exception;
