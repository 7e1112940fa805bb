namespace Pipeline.Benchmarks.Cost;

/// <param name="Page">Bytes of a topic's page.</param>
/// <param name="Mail">Bytes to SendGrid for each recipient of a digest.</param>
internal sealed record WireSizes(double Page, double Mail);
