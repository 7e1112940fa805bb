using System.Security.Cryptography;

namespace Pipeline.Text;

/// <summary>An id that tells nothing about what it stands for: 16 random hexadecimal digits.</summary>
public static class OpaqueId
{
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
}
