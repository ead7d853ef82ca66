using Governance.Common;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Notifications;

public static class NotificationServices
{
    public static IServiceCollection AddNotifications(this IServiceCollection services)
    {
        services.AddSingleton<SealedText>();
        services.AddSingleton<ConsoleLinks>();
        services.AddSingleton<MessageService>();
        services.AddSingleton<MessageQueries>();
        services.AddSingleton<ChoiceService>();
        services.AddSingleton<TemplateService>();
        services.AddSingleton<ChannelService>();
        services.AddSingleton<DeliveryLedger>();
        services.AddSingleton<PersonalDelivery>();
        services.AddSingleton<ChannelDelivery>();
        services.AddSingleton<DeliveryService>();
        services.AddSingleton<DeliveryQueries>();
        return services;
    }
}
