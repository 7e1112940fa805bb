using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Pipeline.Tests.LocalHost;

public sealed class HttpFunctionTests(AzuriteFixture azurite)
{
    [Theory]
    [InlineData("GET", "/", "home")]
    [InlineData("GET", "/items/7", "item 7 of none")]
    [InlineData("GET", "/items/7/red", "item 7 of red")]
    [InlineData("POST", "/items/7", "made 7")]
    [InlineData("GET", "/NoRouteOfItsOwn", "by name")]
    [InlineData("PATCH", "/any", "PATCH")]
    public async Task A_request_reaches_its_function(string method, string address, string answer)
    {
        await using var host = await StartAsync();

        var response = await host.SendAsync(method, address);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(answer, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("GET", "/nowhere")]
    [InlineData("GET", "/items/seven")]
    [InlineData("DELETE", "/items/7")]
    [InlineData("HEAD", "/")]
    public async Task Other_addresses_and_methods_are_not_found_and_have_no_body(string method, string address)
    {
        await using var host = await StartAsync();

        var response = await host.SendAsync(method, address);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_function_that_throws_answers_500_without_details()
    {
        await using var host = await StartAsync();

        var response = await host.SendAsync("GET", "/throws");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_host_prefixes_routes_as_host_json_says()
    {
        await using var host = await StartAsync("--AzureFunctionsJobHost:extensions:http:routePrefix=api");

        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync("GET", "/api/items/7")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.SendAsync("GET", "/items/7")).StatusCode);
    }

    private Task<RunningHost> StartAsync(params string[] settings) => RunningHost.StartAsync(
        azurite.NewAccount(), [typeof(Functions)], services => services.AddScoped<Greeting>(), settings);

    internal sealed class Greeting
    {
        public string Home { get; } = "home";
    }

    internal sealed class Functions(Greeting greeting)
    {
        [Function("Home")]
        public IResult Home([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "{ignored:maxlength(0)?}")] HttpRequest request) =>
            request.Path == "/" ? Results.Text(greeting.Home) : throw new InvalidOperationException();

        [Function("GetItem")]
        public static Task<IResult> GetItem(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "items/{id:int}/{colour?}")] HttpRequest request,
            int id,
            string? colour,
            CancellationToken cancellationToken)
        {
            Assert.Equal(request.HttpContext.RequestAborted, cancellationToken);
            return Task.FromResult(Results.Text($"item {id} of {colour ?? "none"}"));
        }

        [Function("MakeItem")]
        public static async ValueTask<IResult> MakeItem([HttpTrigger(AuthorizationLevel.Function, "post", Route = "items/{id:int}")] HttpRequest request, string id)
        {
            await Task.Yield();
            Assert.NotNull(request);
            return Results.Text($"made {id}");
        }

        [Function("NoRouteOfItsOwn")]
        public static IResult Named([HttpTrigger("get")] HttpRequest request) => Results.Text(request.Method == "GET" ? "by name" : "");

        [Function("Any")]
        public static Task Any([HttpTrigger(Route = "any")] HttpRequest request) => request.HttpContext.Response.WriteAsync(request.Method);

        [Function("Throws")]
        public static IResult Throws([HttpTrigger("get", Route = "throws")] HttpRequest request) =>
            throw new InvalidOperationException($"secret {request.Path}");
    }
}
