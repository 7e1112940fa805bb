using System.Net;
using System.Reflection;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Functions.Pages;
using Pipeline.Languages;
using Pipeline.Practices;
using Xunit;

namespace Pipeline.Tests.Pages;

public sealed class AddressTests(AzuriteFixture azurite)
{
    private sealed record Route(string Function, RouteTemplate Template, IReadOnlyList<string> Methods)
    {
        /// <summary>An address that matches the route, with a word for each parameter.</summary>
        public string Sample => "/" + string.Join('/', Template.Segments.SelectMany(segment => segment.Parts)
            .Where(part => part.InlineConstraints is null || !part.InlineConstraints.Any())
            .Select(part => part.IsParameter ? part.IsCatchAll ? "any/thing" : "word" : part.Text));
    }

    /// <summary>ASP.NET prefers literals to parameters.</summary>
    /// <remarks>The Functions host does not: it takes the first function, by name, that has a matching route and method.</remarks>
    [Fact]
    public void The_Functions_host_finds_the_function_that_LocalHost_finds()
    {
        var services = new ServiceCollection().BuildServiceProvider();
        var constraints = new DefaultInlineConstraintResolver(Options.Create(new RouteOptions()), services);
        Route[] routes =
        [
            .. typeof(Page).Assembly.GetTypes()
                .SelectMany(type => type.GetMethods())
                .Select(method => (method.GetCustomAttribute<FunctionAttribute>()?.Name, Trigger: TriggerOf(method)))
                .Where(function => function is { Name: not null, Trigger: not null })
                .Select(function => new Route(
                    function.Name!, TemplateParser.Parse(function.Trigger!.Route ?? function.Name!), function.Trigger.Methods!))
                .OrderBy(route => route.Function, StringComparer.Ordinal),
        ];

        Assert.NotEmpty(routes);
        foreach (var route in routes)
        {
            var first = routes.First(each => each.Methods.Intersect(route.Methods).Any() && Matches(each.Template, route.Sample));
            Assert.Equal(route.Function, first.Function);
        }

        static HttpTriggerAttribute? TriggerOf(MethodInfo method) => method.GetParameters()
            .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault();

        bool Matches(RouteTemplate template, string path)
        {
            var values = new RouteValueDictionary();
            return new TemplateMatcher(template, []).TryMatch(path, values)
                && template.Parameters.All(parameter => parameter.InlineConstraints.All(constraint => Fits(parameter, constraint, values)));
        }

        bool Fits(TemplatePart parameter, InlineConstraint constraint, RouteValueDictionary values) =>
            parameter.IsOptional && !values.ContainsKey(parameter.Name!)
            || constraints.ResolveConstraint(constraint.Constraint)!
                .Match(null, null, parameter.Name!, values, RouteDirection.IncomingRequest);
    }

    [Theory]
    [InlineData("nowhere", "en", "There is no such page")]
    [InlineData("topics", "fr", "Cette page n’existe pas")]
    [InlineData("a/b/c?lang=es", "ar", "Esta página no existe")]
    [InlineData("topics/nothing", "ar", "لا يوجد موضوع كهذا")]
    public async Task An_unknown_address_is_answered_with_a_localized_page(string address, string language, string heading)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("Accept-Language", language);

        using var answer = await app.Http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        var page = new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(heading, page.QuerySelector("h1")?.TextContent);
        Assert.NotNull(page.QuerySelector("link[rel=stylesheet]"));
    }

    [Theory]
    [InlineData("%5Celsewhere.example")]
    [InlineData("%2F%2Felsewhere.example/a")]
    [InlineData("a%2F%5Celsewhere.example/a%3Fb%23c")]
    public async Task The_requested_address_never_becomes_a_link_to_another_site(string address)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var answer = await app.Http.GetAsync(new Uri($"{app.Http.BaseAddress}{address}"), Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        var page = new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync(Cancellation));
        var languages = page.QuerySelectorAll(".languages a");
        Assert.NotEmpty(languages);
        Assert.All(languages, link => Assert.Matches(@"^/[^/\\]", link.GetAttribute("href")));
    }

    // The request is built by hand, because ASP.NET's router does not accept such an address. Another host may pass it on.
    [Fact]
    public async Task An_address_that_begins_with_two_slashes_stays_on_this_site()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        using var scope = app.Get<IServiceScopeFactory>().CreateScope();
        var request = new DefaultHttpContext { RequestServices = scope.ServiceProvider }.Request;
        request.Path = "//elsewhere.example/a";

        Assert.Equal("/elsewhere.example/a?lang=fr", PageRequest.Of(request).In(Language.Find("fr")!));
    }

    [Fact]
    public async Task An_unknown_address_of_the_API_is_answered_with_problem_details()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var answer = await app.Http.GetAsync("api/nowhere", Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("submit", "text/html")]
    [InlineData("subscribe", "text/html")]
    [InlineData("api/submissions", "application/problem+json")]
    public async Task An_unreadable_body_is_answered_with_a_page_or_with_problem_details(string address, string type)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var content = new StringContent("neither JSON nor a form");
        using var answer = await app.Http.PostAsync(address, content, Cancellation);

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, type), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    [Theory]
    [InlineData("topics/mainstreaming-migration", "text/html")]
    [InlineData("api/topics/mainstreaming-migration/practices", "application/problem+json")]
    public async Task An_unexpected_exception_is_answered_with_500_without_details(string address, string type)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.Wire.Before = _ => throw new InvalidCastException("A mistake of a programmer");

        using var answer = await app.Http.GetAsync(address, Cancellation);

        Assert.Equal((HttpStatusCode.InternalServerError, type), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.DoesNotContain("programmer", await answer.Content.ReadAsStringAsync(Cancellation));
        Assert.Contains(app.Log.All, line => line.Contains("A mistake of a programmer"));
    }

    [Fact]
    public async Task Every_page_has_the_security_headers()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        string[] shared = ["", "topics/mainstreaming-migration", "submit", "subscribe", "digests/mainstreaming-migration"];
        string[] personal = ["nowhere", $"practices/mainstreaming-migration/{Reference.Of("x")}", "subscriptions/confirm?token=x"];

        foreach (var address in shared.Concat(personal))
        {
            using var answer = await app.Http.GetAsync(address, Cancellation);
            Assert.Equal(
                "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
                Header("Content-Security-Policy"));
            Assert.StartsWith("max-age=", Header("Strict-Transport-Security"));
            Assert.Equal("nosniff", Header("X-Content-Type-Options"));
            // A page for one person is not cached, and its address is not sent to other sites.
            Assert.Equal(
                personal.Contains(address) ? ("no-referrer", "no-store") : ("same-origin", "no-cache"),
                (Header("Referrer-Policy"), Header("Cache-Control")));
            Assert.Contains("Accept-Language", Header("Vary"));
            Assert.False(answer.Headers.Contains("Set-Cookie"));

            string Header(string name) => string.Join(", ", answer.Headers.TryGetValues(name, out var values) ? values : []);
        }
    }
}
