using System.Security.Cryptography;

namespace Pipeline.Backups;

/// <summary>
/// Tells a token key from others without giving it away. The entries in Erasures are made with these keys: a restore that has not got
/// them would take nobody for erased.
/// </summary>
internal static class TokenKeyMark
{
    private const int Bytes = 8;

    /// <summary>Tokens and erasures are signed with the same keys, and neither begins like this.</summary>
    public static string Of(byte[] key) => Convert.ToHexStringLower(HMACSHA256.HashData(key, "backup:"u8)[..Bytes]);
}
