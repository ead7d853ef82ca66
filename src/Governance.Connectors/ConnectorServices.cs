using Microsoft.Extensions.DependencyInjection;

namespace Governance.Connectors;

public static class ConnectorServices
{
    /// <summary>Registers every kind of connector.</summary>
    public static IServiceCollection AddConnectors(this IServiceCollection services) => services;
}
