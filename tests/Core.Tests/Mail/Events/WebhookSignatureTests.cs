using Pipeline.Mail.Events;
using Xunit;

namespace Pipeline.Core.Tests.Mail.Events;

public sealed class WebhookSignatureTests
{
    [Fact]
    public void The_headers_of_SendGrid_are_read()
    {
        var read = WebhookSignature.Read("MAYCAQECAQE=", "1600112502");

        Assert.NotNull(read);
        Assert.Equal([0x30, 6, 2, 1, 1, 2, 1, 1], read.Bytes);
        Assert.Equal(new DateTimeOffset(2020, 9, 14, 19, 41, 42, TimeSpan.Zero), read.SignedOn);
    }

    [Theory]
    [InlineData(null, "1600112502")]
    [InlineData("", "1600112502")]
    [InlineData("not base64!", "1600112502")]
    [InlineData("MAYCAQECAQE=,MAYCAQECAQE=", "1600112502")]
    [InlineData("MAYCAQECAQE=", null)]
    [InlineData("MAYCAQECAQE=", "")]
    [InlineData("MAYCAQECAQE=", "-1")]
    [InlineData("MAYCAQECAQE=", "1600112502.5")]
    [InlineData("MAYCAQECAQE=", " 1600112502")]
    [InlineData("MAYCAQECAQE=", "١٦٠٠١١٢٥٠٢")]
    [InlineData("MAYCAQECAQE=", "999999999999")]
    [InlineData("MAYCAQECAQE=", "2020-09-14T19:41:42Z")]
    public void Malformed_headers_are_refused(string? signature, string? timestamp) =>
        Assert.Null(WebhookSignature.Read(signature, timestamp));

    [Fact]
    public void A_signature_that_is_too_long_is_refused() =>
        Assert.Null(WebhookSignature.Read(Convert.ToBase64String(new byte[73]), "1600112502"));
}
