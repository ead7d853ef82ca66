using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Governance.Accounts;

public static class AccountServices
{
    public static IServiceCollection AddAccounts(this IServiceCollection services)
    {
        services.TryAddSingleton<IPasswordHasher<Account>, PasswordHasher<Account>>();
        services.AddSingleton<AccountService>();
        services.AddSingleton<AccountQueries>();
        services.AddSingleton<ExternalSignIn>();
        services.AddSingleton<ApiKeyService>();
        services.AddSingleton<SecondStepService>();
        services.AddSingleton<SecondStepRules>();
        return services;
    }
}
