using Pipeline.Subscribers;
using Xunit;

namespace Pipeline.Core.Tests.Subscribers;

public sealed class MailboxTests
{
    [Theory]
    [InlineData("amina@example.org", "Amina@Example.ORG", true)]
    [InlineData("amina@example.org", "amina+news@example.org", true)]
    [InlineData("amina@example.org", "amina+a+b@example.org", true)]
    [InlineData("amina@example.org", "a.mina@example.org", false)]
    [InlineData("amina.b@gmail.com", "aminab@gmail.com", true)]
    [InlineData("amina.b@gmail.com", "A.m.i.n.a.b+x@googlemail.com", true)]
    [InlineData("amina.b@gmail.com", "aminab@gmail.com.example.org", false)]
    [InlineData("+amina@example.org", "+news@example.org", false)]
    [InlineData("amina@example.org", "amina@example.com", false)]
    public void Spellings_of_one_mailbox_have_one_key(string one, string other, bool same) =>
        Assert.Equal(same, Mailbox.KeyOf(one) == Mailbox.KeyOf(other));
}
