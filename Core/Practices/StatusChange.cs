
namespace Pipeline.Practices;

/// <summary>A Status that an admin typed and no sweep has processed.</summary>
/// <param name="ETag">ETag of the row when it was read.</param>
public sealed record StatusChange(string Typed, string Help, Practice Practice, ETag ETag);
