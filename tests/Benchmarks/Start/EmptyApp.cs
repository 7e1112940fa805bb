using Microsoft.AspNetCore.Builder;

namespace Pipeline.Benchmarks.Start;

/// <summary>The smallest ASP.NET app, as "dotnet new web" creates it.</summary>
internal static class EmptyApp
{
    public const string Argument = "empty-app";

    public static Task RunAsync(string port)
    {
        var app = WebApplication.CreateBuilder(["--urls", $"http://127.0.0.1:{port}", "--Logging:LogLevel:Default=Warning"]).Build();
        app.MapGet("/", () => "Hello World!");
        return app.RunAsync();
    }
}
