using Microsoft.Extensions.Configuration;
using Pipeline.Functions.Http;
using Pipeline.Settings;
using Xunit;

namespace Pipeline.Tests.Submissions;

public sealed class ClientLimitOptionsTests
{
    [Fact]
    public void Without_settings_the_options_have_defaults() => Assert.Equal(
        new ClientLimitOptions
        {
            FormPostsPerMinute = 100,
            ApiPostsPerMinute = 1_200,
            MailsPerClientPerHour = 60,
            ClientAddressHeader = "X-Forwarded-For",
        },
        Read([]).Options);

    [Fact]
    public void A_limit_may_be_zero_and_the_address_header_may_be_none() => Assert.Equal(
        new ClientLimitOptions
        {
            FormPostsPerMinute = 0,
            ApiPostsPerMinute = 0,
            MailsPerClientPerHour = 0,
            ClientAddressHeader = null,
        },
        Read(new()
        {
            ["Limits:FormPostsPerMinute"] = "0",
            ["Limits:ApiPostsPerMinute"] = "0",
            ["Limits:MailsPerClientPerHour"] = "0",
            ["Limits:ClientAddressHeader"] = "none",
        }).Options);

    [Theory]
    [InlineData("Limits:FormPostsPerMinute", "-1")]
    [InlineData("Limits:FormPostsPerMinute", "100001")]
    [InlineData("Limits:ApiPostsPerMinute", "1,200")]
    [InlineData("Limits:MailsPerClientPerHour", "sixty")]
    [InlineData("Limits:ClientAddressHeader", "X-Forwarded-For, X-Real-IP")]
    [InlineData("Limits:ClientAddressHeader", "X Azure ClientIP")]
    public void The_error_for_a_malformed_limit_names_the_setting(string name, string value)
    {
        var mistake = Assert.Single(Read(new() { [name] = value }).Mistakes);

        Assert.StartsWith($"The setting {SettingsReader.DisplayName(name)} ", mistake, StringComparison.Ordinal);
    }

    private static (ClientLimitOptions Options, IReadOnlyList<string> Mistakes) Read(Dictionary<string, string?> values)
    {
        var reader = new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
        return (ClientLimitOptions.Read(reader), reader.Mistakes);
    }
}
