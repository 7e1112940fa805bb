using System.Security.Cryptography;
using System.Text;
using Pipeline.Mail.Events;
using SendGrid.Helpers.EventWebhook;
using Xunit;

namespace Pipeline.Core.Tests.Mail.Events;

public sealed class WebhookKeyTests
{
    private static readonly byte[] Hash = SHA256.HashData("body"u8);

    [Fact]
    public void A_signature_is_verified_as_SendGrids_library_does()
    {
        using var sender = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var shown = Convert.ToBase64String(sender.ExportSubjectPublicKeyInfo());
        var validator = new RequestValidator();
        Assert.True(WebhookKey.TryParse(shown, out var key));

        for (var i = 0; i < 20; i++)
        {
            var (timestamp, body) = ($"{1_700_000_000 + i}", $"[{{\"event\":\"processed\",\"n\":{i}}}]\r\n");
            var signature = sender.SignData(
                Encoding.UTF8.GetBytes(timestamp + body), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

            bool Ours(string text) => key.Verifies(SHA256.HashData(Encoding.UTF8.GetBytes(timestamp + text)), signature);
            bool Theirs(string text) =>
                validator.VerifySignature(validator.ConvertPublicKeyToECDSA(shown), text, Convert.ToBase64String(signature), timestamp);

            Assert.True(Ours(body));
            Assert.True(Theirs(body));
            Assert.False(Ours(body + " "));
            Assert.False(Theirs(body + " "));
        }
    }

    [Fact]
    public void A_malformed_signature_is_refused_without_an_exception()
    {
        using var sender = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.True(WebhookKey.TryParse(Convert.ToBase64String(sender.ExportSubjectPublicKeyInfo()), out var key));
        var signature = sender.SignHash(Hash, DSASignatureFormat.Rfc3279DerSequence);
        Assert.True(key.Verifies(Hash, signature));

        var random = new Random(20261124);
        for (var i = 0; i < 5_000; i++)
        {
            var garbage = new byte[random.Next(0, 90)];
            random.NextBytes(garbage);
            // Half of them begin like a signature.
            if (i % 2 == 0)
                signature.AsSpan(..Math.Min(random.Next(1, signature.Length), garbage.Length)).CopyTo(garbage);
            // The random bytes can complete the signature.
            Assert.Equal(garbage.AsSpan().SequenceEqual(signature), key.Verifies(Hash, garbage));
        }

        for (var bit = 0; bit < signature.Length * 8; bit++)
        {
            var flipped = signature.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(key.Verifies(Hash, flipped));
        }

        for (var length = 0; length < signature.Length; length++)
            Assert.False(key.Verifies(Hash, signature.AsSpan(..length)));
        Assert.False(key.Verifies(Hash, [.. signature, 0]));
    }

    [Fact]
    public void A_key_can_be_used_by_several_threads()
    {
        using var sender = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.True(WebhookKey.TryParse(Convert.ToBase64String(sender.ExportSubjectPublicKeyInfo()), out var key));
        var signature = sender.SignHash(Hash, DSASignatureFormat.Rfc3279DerSequence);
        var other = SHA256.HashData("other"u8);

        Parallel.For(0, 2_000, i => Assert.Equal(i % 2 == 0, key.Verifies(i % 2 == 0 ? Hash : other, signature)));
    }

    [Fact]
    public void Only_a_public_key_on_P256_is_accepted()
    {
        using var good = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var larger = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var otherCurve = ECDsa.Create(ECCurve.NamedCurves.brainpoolP256r1);
        using var rsa = RSA.Create(2048);
        var bytes = good.ExportSubjectPublicKeyInfo();
        // A point that is not on the curve.
        byte[] offCurve = [.. bytes[..^1], (byte)(bytes[^1] ^ 1)];

        byte[][] wrong =
        [
            [], [0x30], bytes[..^1], [.. bytes, 0], offCurve, larger.ExportSubjectPublicKeyInfo(), otherCurve.ExportSubjectPublicKeyInfo(),
            rsa.ExportSubjectPublicKeyInfo(), good.ExportPkcs8PrivateKey(), good.ExportECPrivateKey(),
        ];

        Assert.True(WebhookKey.TryParse(Convert.ToBase64String(bytes), out _));
        Assert.All(wrong, key => Assert.False(WebhookKey.TryParse(Convert.ToBase64String(key), out _)));
        Assert.False(WebhookKey.TryParse(good.ExportSubjectPublicKeyInfoPem(), out _));
        Assert.False(WebhookKey.TryParse("not base64", out _));
    }
}
