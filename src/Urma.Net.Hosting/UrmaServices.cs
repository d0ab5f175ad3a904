using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Urma.Net.Hosting;

/// <summary>Registers a context with a container.</summary>
public static class UrmaServices
{
    /// <summary>
    /// Registers one <see cref="UrmaContext"/>, opened when it is first asked for and closed with the container, and
    /// <see cref="UrmaHealthCheck"/> for it: <c>services.AddHealthChecks().AddCheck&lt;UrmaHealthCheck&gt;("urma")</c>.
    /// </summary>
    /// <param name="services">The container's services.</param>
    /// <param name="configure">Which device, and how; the defaults of <see cref="UrmaOptions"/> when null.</param>
    /// <returns><paramref name="services"/>, for further calls.</returns>
    public static IServiceCollection AddUrma(this IServiceCollection services, Action<UrmaOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<UrmaOptions>().Configure(options => configure?.Invoke(options));
        services.AddSingleton(static provider =>
        {
            UrmaOptions options = provider.GetRequiredService<IOptions<UrmaOptions>>().Value;
            return UrmaContext.Open(options.Device, options.Context);
        });
        services.AddSingleton<UrmaHealthCheck>();
        return services;
    }
}
