using Azure.Core;

namespace Pipeline.Storage;

/// <summary>Lets a call of storage wait for a new identity token no longer than for storage.</summary>
/// <remarks>The first token has the time that the identity service takes, because the app starts with it.</remarks>
public sealed class BoundedCredential(TokenCredential credential, TimeProvider time) : TokenCredential
{
    private volatile bool _hadToken;

    public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        if (!_hadToken)
            return await GetAsync(requestContext, cancellationToken);
        try
        {
            // The request goes on without the caller. The credential keeps its token for the next call.
            return await GetAsync(requestContext, CancellationToken.None)
                .WaitAsync(StorageLimits.ShortTimeout, time, cancellationToken);
        }
        catch (TimeoutException late)
        {
            throw new OperationCanceledException("No identity token in time.", late);
        }
    }

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Only asynchronous storage calls are supported.");

    private async Task<AccessToken> GetAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        var token = await credential.GetTokenAsync(requestContext, cancellationToken);
        _hadToken = true;
        return token;
    }
}
