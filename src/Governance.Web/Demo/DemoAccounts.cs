using Governance.Common;
using Governance.Web.Features.Accounts;

namespace Governance.Web.Demo;

/// <summary>The sample sign-ins. They exist in the demo's own data folder only, and only the demo shows them on the sign-in page.</summary>
internal static class DemoAccounts
{
    public static IReadOnlyList<(SampleSignIn SignIn, string Person, string[] Roles)> All { get; } =
    [
        Sample(DemoPeople.Administrator, "Administrator", Roles.Administrator),
        Sample(DemoPeople.CampaignManager, "Campaign manager", Roles.CampaignManager),
        Sample(DemoPeople.SecurityEngineer, "Security engineer", Roles.SecurityEngineer),
        Sample(DemoPeople.Auditor, "Auditor", Roles.Auditor),
        Sample(DemoPeople.OwnerInEngineering, "Owner, Engineering"),
        Sample(DemoPeople.OwnerInData, "Owner, Data & AI"),
    ];

    private static (SampleSignIn, string, string[]) Sample(string person, string who, params string[] roles)
    {
        var first = person.Split(' ')[0].ToLowerInvariant();
        return (new SampleSignIn(DemoPeople.MailOf(person), $"sample sign-in of {first}", $"{person} · {who}"), person, roles);
    }
}
