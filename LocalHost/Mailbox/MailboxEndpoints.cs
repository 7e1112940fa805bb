using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Pipeline.LocalHost.Mailbox;

/// <summary>A mailbox instead of SendGrid: the endpoint its client posts to, and the pages that show what arrived.</summary>
public static class MailboxEndpoints
{
    // Mail is other people's HTML. It may show pictures and its own styles; it runs nothing and posts nothing.
    private const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; form-action 'self'; base-uri 'none'; " +
        "frame-ancestors 'none'";

    public static IServiceCollection AddMailbox(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<Mailbox>();
        services.AddSingleton<SendMail>();
        services.AddRazorComponents();
        // They bring data protection along, for what these pages do not have. As it comes it writes a key into the profile of
        // whoever runs this, with a warning that the key is not encrypted; so it is kept from its files.
        foreach (var keyRing in services.Where(LoadsKeys).ToList())
            services.Remove(keyRing);
        services.Replace(ServiceDescriptor.Singleton<IDataProtectionProvider>(_ => new EphemeralDataProtectionProvider()));
        return services;
    }

    private static bool LoadsKeys(ServiceDescriptor service) =>
        service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Assembly == typeof(IDataProtectionBuilder).Assembly;

    public static IEndpointRouteBuilder MapMailbox(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/v3/mail/send", (SendMail sendMail, HttpContext context) => sendMail.Receive(context))
            .WithMetadata(new RequestSizeLimitAttribute(SendGridLimits.MaxBodyBytes));

        var pages = endpoints.MapGroup("").AddEndpointFilter((invocation, next) =>
        {
            var headers = invocation.HttpContext.Response.Headers;
            headers.CacheControl = "no-store";
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers.XContentTypeOptions = "nosniff";
            // Links in mail carry tokens; the address of this page is nothing they need to know.
            headers["Referrer-Policy"] = "no-referrer";
            return next(invocation);
        });

        // In the order of arrival: whoever waits for one more mail finds it at the end. Written as it is composed, so
        // that memory does not grow with the number of mails.
        pages.MapGet("/mailbox.json", (Mailbox mailbox, string? to, string? issue) => TypedResults.Json(
            mailbox.All().Where(new MailFilter(to, issue).Matches).Select(MailboxEntry.Of),
            MailboxJson.Plain.IEnumerableMailboxEntry));
        pages.MapDelete("/mailbox.json", (Mailbox mailbox) =>
        {
            mailbox.Empty();
            return TypedResults.NoContent();
        });

        pages.MapGet("/mailbox", (string? page, string? to, string? issue) =>
            new RazorComponentResult<MailboxPage>(new { Page = int.TryParse(page, out var number) ? number : 1, To = to, Issue = issue }));
        pages.MapGet("/mailbox/{number:long}", (Mailbox mailbox, long number) => mailbox.Find(number) is { } mail
            ? new RazorComponentResult<MailPage>(new { Mail = mail })
            : new RazorComponentResult<NoMailPage> { StatusCode = StatusCodes.Status404NotFound } as IResult);
        pages.MapPost("/mailbox/empty", (Mailbox mailbox, HttpContext context) =>
        {
            mailbox.Empty();
            // 303, so that a reload of the page shows the list and does not empty it again.
            context.Response.Headers.Location = $"{context.Request.PathBase}/mailbox";
            return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
        });
        return endpoints;
    }
}
