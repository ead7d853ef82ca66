using Governance.Web.Features.Accounts;

namespace Governance.Web.Features.Home;

public static class HomeServices
{
    public static void AddHome(this IServiceCollection services)
    {
        services.AddSingleton<HomeQueries>();
        services.AddSingleton<PersonChoices>();
    }
}
