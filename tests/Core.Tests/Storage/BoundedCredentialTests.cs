using Azure.Core;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Core.Tests.Storage;

public sealed class BoundedCredentialTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly IdentityService _service = new();
    private readonly BoundedCredential _credential;

    public BoundedCredentialTests() => _credential = new BoundedCredential(_service, _time);

    [Fact]
    public async Task The_first_token_may_take_long()
    {
        var first = TokenAsync();
        _time.Advance(TimeSpan.FromMinutes(1));
        _service.Answer("first");

        Assert.Equal("first", (await first).Token);
    }

    [Fact]
    public async Task A_later_token_is_awaited_for_two_seconds_and_is_taken_by_the_next_call()
    {
        _service.Answer("first");
        await TokenAsync();
        _service.Hang();

        var late = TokenAsync();
        Assert.False(late.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<OperationCanceledException>(() => late);
        _service.Answer("second");

        Assert.Equal("second", (await TokenAsync()).Token);
    }

    private Task<AccessToken> TokenAsync() => _credential.GetTokenAsync(new TokenRequestContext([]), CancellationToken.None).AsTask();

    /// <summary>Answers all that ask, also those that asked before.</summary>
    private sealed class IdentityService : TokenCredential
    {
        private TaskCompletionSource<AccessToken> _answer = new();

        public void Answer(string token) => _answer.SetResult(new AccessToken(token, DateTimeOffset.MaxValue));

        public void Hang() => _answer = new TaskCompletionSource<AccessToken>();

        public override async ValueTask<AccessToken> GetTokenAsync(
            TokenRequestContext requestContext, CancellationToken cancellationToken) => await _answer.Task.WaitAsync(cancellationToken);

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
