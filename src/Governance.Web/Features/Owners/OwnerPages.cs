using Governance.Ownership;
using Governance.Web.Layout;

namespace Governance.Web.Features.Owners;

public static class OwnerPages
{
    /// <summary>The number beside "My identities": what the reader has not answered yet.</summary>
    public static void AddOwnerPages(this IServiceCollection services) => services.AddSingleton(provider => new NavCount("/owners/proposals", async (actor, ct) =>
        actor.PersonId is { } person ? await provider.GetRequiredService<OwnershipQueries>().ProposalCountAsync(person, ct) : 0));
}
