using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Pipeline.Settings;

public static class FeatureSettings
{
    /// <summary>Registers the options of a feature as <typeparamref name="T"/> and as <see cref="IOptions{T}"/>.</summary>
    /// <remarks>The app reads and checks all options when it starts, and reports the mistakes of all features together.</remarks>
    /// <param name="read">Returns the options and adds a mistake to the reader for each missing or wrong setting.</param>
    public static IServiceCollection AddSettings<T>(this IServiceCollection services, Func<SettingsReader, T> read) where T : class
    {
        services.AddSingleton<IOptionsFactory<T>>(provider => new Factory<T>(read, provider));
        services.AddSingleton<IValidateOptions<T>>(provider => new Validation<T>(read, provider));
        services.AddOptions<T>().ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<T>>().Value);
        services.AddSingleton(new KnownSettings(reader => read(reader)));
        return services;
    }

    /// <summary>Checks at start-up for mistyped setting names.</summary>
    public static IServiceCollection AddSettingNames(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<SettingNames>, SettingNamesValidation>().AddOptions<SettingNames>().ValidateOnStart();
        return services;
    }

    private sealed class Factory<T>(Func<SettingsReader, T> read, IServiceProvider provider)
        : OptionsFactory<T>([], [], provider.GetServices<IValidateOptions<T>>()) where T : class
    {
        protected override T CreateInstance(string name) => read(new SettingsReader(provider.GetRequiredService<IConfiguration>()));
    }

    private sealed class Validation<T>(Func<SettingsReader, T> read, IServiceProvider provider) : IValidateOptions<T> where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            var reader = new SettingsReader(provider.GetRequiredService<IConfiguration>());
            read(reader);
            return reader.Mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(reader.Mistakes);
        }
    }
}
