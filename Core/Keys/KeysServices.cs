namespace Pipeline.Keys;

public static class KeysServices
{
    public static IServiceCollection AddKeys(this IServiceCollection services) => services
        .AddSettings(KeyOptions.Read).AddSingleton<KeyRing>();
}
