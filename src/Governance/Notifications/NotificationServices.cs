using Microsoft.Extensions.DependencyInjection;

namespace Governance.Notifications;

public static class NotificationServices
{
    public static IServiceCollection AddNotifications(this IServiceCollection services)
    {
        services.AddSingleton<MessageService>();
        services.AddSingleton<MessageQueries>();
        services.AddSingleton<DeliveryService>();
        return services;
    }
}
