using Governance.Common;
using Governance.Inventory;
using Governance.Web.Layout;

namespace Governance.Web.Features.Inventory;

/// <summary>What the dialog answers.</summary>
internal sealed record TriageChoice(Guid ToolId, string Name, RememberBy Remember, string? Reason);

/// <summary>What the inventory's pages need beside their services.</summary>
internal static class InventoryPages
{
    public static void AddInventoryPages(this IServiceCollection services) => services.AddSingleton(provider => new NavCount("/tools/triage", (actor, ct) =>
        actor.Holds(Roles.SecurityEngineer) || actor.Holds(Roles.Administrator) ? provider.GetRequiredService<TriageQueries>().CountAsync(ct) : Task.FromResult(0)));
}
