using System.Security.Cryptography;

namespace Pipeline.Text;

public static class OpaqueId
{
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
}
