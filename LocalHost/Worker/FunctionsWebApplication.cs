namespace Microsoft.Azure.Functions.Worker.Builder;

public static class FunctionsWebApplication
{
    /// <summary>HTTP functions are always on Kestrel here; the real worker has to be told.</summary>
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder) => builder;
}
