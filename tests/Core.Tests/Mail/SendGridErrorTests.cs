using System.Text.Json;
using Pipeline.Mail;
using Xunit;

namespace Pipeline.Core.Tests.Mail;

public sealed class SendGridErrorTests
{
    [Fact]
    public void An_error_of_SendGrid_is_one_line_without_addresses()
    {
        using var answer = JsonDocument.Parse(
            """{"message":"No such\r\n  address:\tamina@example.org\u2028","field":"personalizations.0.to\n.0"}""");

        Assert.Equal("No such address: *** [personalizations.0.to .0]", SendGridError.Read(answer.RootElement).ToString());
    }
}
