using Azure;
using Azure.Identity;
using Pipeline.Admin;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Admin;

public sealed class AccountErrorMessageTests
{
    public static TheoryData<Exception, string> Faults => new()
    {
        {
            new RequestFailedException(403, "m", "AuthorizationPermissionMismatch", null),
            "A storage account refuses access (AuthorizationPermissionMismatch)."
        },
        { new RequestFailedException(404, "m", "TableNotFound", null), "A table is missing." },
        { new RequestFailedException(503, "m", "ServerBusy", null), "A storage account answered 503 ServerBusy." },
        { new AggregateException(new RequestFailedException("m")), "A storage account cannot be reached." },
        { new CredentialUnavailableException("m"), "No identity is available. Sign in with 'az login'" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Storage_faults_are_explained(Exception fault, string sentence)
    {
        Assert.True(StorageFault.Is(fault));
        Assert.StartsWith(sentence, AccountErrorMessage.Of(fault), StringComparison.Ordinal);
    }
}
