using System.Reflection;

namespace Pipeline.EndToEnd.Tests.Host;

/// <summary>The built app of tests/SampleApp.</summary>
internal static class SampleApp
{
    public static string Path { get; } = System.IO.Path.GetFullPath(typeof(SampleApp).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == nameof(SampleApp)).Value!);
}
