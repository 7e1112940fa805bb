using Azure;

namespace Pipeline.Practices;

/// <summary>A Status that an admin typed.</summary>
/// <param name="Typed">As typed.</param>
/// <param name="Help">What the row says about it so far.</param>
/// <param name="ETag">Of the row as it was read.</param>
public sealed record StatusChange(string Typed, string Help, Practice Practice, ETag ETag);
