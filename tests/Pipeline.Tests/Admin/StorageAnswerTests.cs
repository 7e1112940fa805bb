using Azure;
using Azure.Identity;
using Pipeline.Admin;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Admin;

public sealed class StorageAnswerTests
{
    public static TheoryData<Exception, string> Faults => new()
    {
        {
            new RequestFailedException(403, "m", "AuthorizationPermissionMismatch", null),
            "Storage refuses access (AuthorizationPermissionMismatch)."
        },
        { new RequestFailedException(404, "m", "TableNotFound", null), "A table is missing." },
        { new RequestFailedException(503, "m", "ServerBusy", null), "Storage answered 503 ServerBusy." },
        { new AggregateException(new RequestFailedException("m")), "Storage cannot be reached." },
        { new CredentialUnavailableException("m"), "There is no identity to reach storage with: sign in with 'az login'" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Storage_faults_are_explained(Exception fault, string sentence)
    {
        Assert.True(StorageFault.Is(fault));
        Assert.StartsWith(sentence, StorageAnswer.Of(fault), StringComparison.Ordinal);
    }
}
