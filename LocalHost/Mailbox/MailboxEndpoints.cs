using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Functions.Http;

namespace Pipeline.LocalHost.Mailbox;

/// <summary>A local stand-in for SendGrid: the endpoint for its client, and pages that show the mails.</summary>
public static class MailboxEndpoints
{
    // The HTML of a mail is not trusted. It may show pictures and styles, but runs no script and posts no form.
    private const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; form-action 'self'; base-uri 'none'; " +
        "frame-ancestors 'none'";

    public static IServiceCollection AddMailbox(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<BodyMemory>();
        services.AddSingleton<MailboxStore>();
        services.AddSingleton<MailSendEndpoint>();
        services.AddRazorComponents();
        // They add data protection, which these pages do not need. It would write an unencrypted key into the user's profile.
        foreach (var keyRing in services.Where(LoadsKeyRing).ToList())
            services.Remove(keyRing);
        services.Replace(ServiceDescriptor.Singleton<IDataProtectionProvider>(_ => new EphemeralDataProtectionProvider()));
        return services;
    }

    private static bool LoadsKeyRing(ServiceDescriptor service) =>
        service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Assembly == typeof(IDataProtectionBuilder).Assembly;

    public static IEndpointRouteBuilder MapMailbox(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/v3/mail/send", (MailSendEndpoint endpoint, HttpContext context) => endpoint.HandleAsync(context))
            .WithMetadata(new RequestSizeLimitAttribute(SendGridLimits.MaxBodyBytes));

        var pages = endpoints.MapGroup("").AddEndpointFilter((invocation, next) =>
        {
            var headers = invocation.HttpContext.Response.Headers;
            headers.CacheControl = "no-store";
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers.XContentTypeOptions = "nosniff";
            // The sites that a mail links to must not learn the address of this page.
            headers["Referrer-Policy"] = "no-referrer";
            return next(invocation);
        });

        // Oldest first, so that a new mail is last. Mails are composed one by one while they are written, to save memory.
        pages.MapGet("/mailbox.json", (MailboxStore mailbox, string? to, string? issue) => TypedResults.Json(
            mailbox.All().Where(new MailFilter(to, issue).Matches).Select(MailboxEntry.Of),
            MailboxJson.Plain.IEnumerableMailboxEntry));
        pages.MapDelete("/mailbox.json", (MailboxStore mailbox) =>
        {
            mailbox.Empty();
            return TypedResults.NoContent();
        });

        pages.MapGet("/mailbox", (string? page, string? to, string? issue) =>
            new RazorComponentResult<MailboxPage>(new { Page = int.TryParse(page, out var number) ? number : 1, To = to, Issue = issue }));
        pages.MapGet("/mailbox/{number:long}", (MailboxStore mailbox, long number) => mailbox.Find(number) is { } mail
            ? new RazorComponentResult<MailPage>(new { Mail = mail })
            : new RazorComponentResult<NoMailPage> { StatusCode = StatusCodes.Status404NotFound } as IResult);
        pages.MapPost("/mailbox/empty", (MailboxStore mailbox, HttpContext context) =>
        {
            mailbox.Empty();
            // 303, so that a reload of the page does not empty the mailbox again.
            context.Response.Headers.Location = $"{context.Request.PathBase}/mailbox";
            return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
        });
        return endpoints;
    }
}
