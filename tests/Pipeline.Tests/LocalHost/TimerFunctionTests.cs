using System.Net;
using Azure.Storage.Blobs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Pipeline.Tests.LocalHost;

public sealed class TimerFunctionTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset TenOClock = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(TenOClock);
    private readonly Calls _calls = new();
    private readonly string _account = azurite.NewAccount();

    [Fact]
    public async Task It_runs_when_it_is_due_and_remembers()
    {
        await using var host = await StartAsync();
        Assert.Empty(_calls.All);

        _time.Advance(TimeSpan.FromMinutes(30));
        await RunningHost.UntilAsync(() => _calls.All.Count == 1);
        Assert.Equal(["on time, last never"], _calls.All);
        var status = await RunningHost.UntilAsync(StatusAsync, status => status.Last != default);
        Assert.Equal(TenOClock.AddMinutes(30).UtcDateTime, status.Last);
        Assert.Equal(TenOClock.AddMinutes(90).UtcDateTime, status.Next);

        _time.Advance(TimeSpan.FromHours(1));
        await RunningHost.UntilAsync(() => _calls.All.Count == 2);
        Assert.Equal("on time, last 10:30", _calls.All[1]);
    }

    [Fact]
    public async Task A_run_missed_while_nothing_was_running_is_made_up_for_once()
    {
        await (await StartAsync()).DisposeAsync();

        _time.Advance(TimeSpan.FromHours(5));
        await using var host = await StartAsync();

        await RunningHost.UntilAsync(StatusAsync, status => status.Last != default);
        Assert.Equal(["past due, last never"], _calls.All);
    }

    [Fact]
    public async Task Nothing_is_made_up_for_if_nothing_was_missed()
    {
        await (await StartAsync()).DisposeAsync();

        _time.Advance(TimeSpan.FromMinutes(20));
        await using var host = await StartAsync();
        _time.Advance(TimeSpan.FromMinutes(10));

        await RunningHost.UntilAsync(() => _calls.All.Count == 1);
        Assert.Equal(["on time, last never"], _calls.All);
    }

    [Fact]
    public async Task A_memory_that_was_cut_off_in_the_writing_stops_nothing()
    {
        await (await StartAsync()).DisposeAsync();
        await Status().UploadAsync(BinaryData.FromString("{\"Last\":\"20"), overwrite: true, TestContext.Current.CancellationToken);

        await using var host = await StartAsync();
        _time.Advance(TimeSpan.FromMinutes(30));

        await RunningHost.UntilAsync(StatusAsync, status => status.Last != default);
        Assert.Equal(["on time, last never"], _calls.All);
    }

    [Fact]
    public async Task Of_two_hosts_on_the_same_storage_one_runs_the_timers()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();

        _time.Advance(TimeSpan.FromMinutes(30));

        await RunningHost.UntilAsync(StatusAsync, status => status.Last != default);
        Assert.Single(_calls.All);
    }

    [Fact]
    public async Task The_admin_endpoint_runs_it_at_once()
    {
        await using var host = await StartAsync();

        var response = await host.SendAsync("POST", "/admin/functions/hourly", """{"input":""}""");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        await RunningHost.UntilAsync(() => _calls.All.Count == 1);
    }

    [Fact]
    public async Task The_admin_endpoint_does_not_know_other_names()
    {
        await using var host = await StartAsync();

        var response = await host.SendAsync("POST", "/admin/functions/weekly", """{"input":""}""");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private Task<RunningHost> StartAsync() => RunningHost.StartAsync(
        _account, [typeof(Hourly)], services => services.AddSingleton<TimeProvider>(_time).AddSingleton(_calls), "--Hourly=0 30 * * * *");

    private BlobClient Status() => new(_account, "azure-webjobs-hosts", "timers/pipeline-tests/Host.Functions.Hourly/status");

    private async Task<ScheduleStatus> StatusAsync() =>
        (await Status().DownloadContentAsync(TestContext.Current.CancellationToken)).Value.Content.ToObjectFromJson<ScheduleStatus>()!;

    internal sealed class Hourly(Calls calls)
    {
        [Function("Hourly")]
        public void Run([TimerTrigger("%Hourly%")] TimerInfo timer) =>
            calls.Add($"{(timer.IsPastDue ? "past due" : "on time")}, last {(timer.ScheduleStatus!.Last == default ? "never" : $"{timer.ScheduleStatus.Last:HH:mm}")}");
    }
}
