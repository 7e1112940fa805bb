using Xunit;

namespace Pipeline.Tests;

/// <summary>Imported in every test file (GlobalUsings.cs).</summary>
public static class CurrentTest
{
    /// <summary>Cancelled if the running test is cancelled or times out.</summary>
    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;
}
