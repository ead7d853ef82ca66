using Governance.Inventory;

namespace Governance.Web.Features.Inventory;

/// <summary>Evidence and links in plain words.</summary>
internal static class EvidenceWords
{
    public static string Of(EvidenceRule rule) => rule switch
    {
        EvidenceRule.Native => "Its source says so",
        EvidenceRule.AppId => "Application id",
        EvidenceRule.GitHubApp => "GitHub app",
        EvidenceRule.Publisher => "Publisher",
        EvidenceRule.Domain => "Domain",
        EvidenceRule.KeyPrefix => "Beginning of a key",
        EvidenceRule.Package => "Package",
        EvidenceRule.Variable => "Environment variable",
        EvidenceRule.Word => "Word in the name",
        EvidenceRule.Permission => "Permission about AI",
        _ => "Name",
    };

    public static string Help(EvidenceRule rule) => rule switch
    {
        EvidenceRule.AppId => "A GUID, or a Google or Okta client id. Marks for sure.",
        EvidenceRule.Domain => "Such as acme.ai; with everything below it. A strong lead: marks.",
        EvidenceRule.Publisher => "The publisher's whole name. Marks for sure.",
        EvidenceRule.Word => "A whole word or phrase of the name. Only suggests: it comes under To decide.",
        EvidenceRule.KeyPrefix => "The first characters of its API keys, as sources show them masked. A strong lead: marks.",
        EvidenceRule.GitHubApp => "The app's slug, as in its address. Marks for sure.",
        EvidenceRule.Package => "The package or image that an MCP configuration starts, without version. A strong lead: marks.",
        _ => string.Empty,
    };

    public static string Of(EvidenceStrength strength) => strength switch
    {
        EvidenceStrength.Certain => "Certain",
        EvidenceStrength.Strong => "Strong lead",
        _ => "Suggestion",
    };

    public static string Of(LinkRule rule) => rule switch
    {
        LinkRule.AppId => "Same application id",
        LinkRule.SameName => "Same name in the system it lives in",
        LinkRule.Parent => "Named as parent",
        LinkRule.FederatedSubject => "Federated credential",
        LinkRule.Annotation => "Annotation",
        LinkRule.Fingerprint => "Same secret",
        _ => "Role trust",
    };

    /// <summary>What the other one is to this one.</summary>
    public static string Of(LinkKind kind, bool outgoing) => (kind, outgoing) switch
    {
        (LinkKind.SameAs, _) => "The same workload as",
        (LinkKind.ActsAs, true) => "Acts as",
        (LinkKind.ActsAs, false) => "Is acted as by",
        (_, true) => "Is the parent of",
        _ => "Belongs to",
    };

    public static string Of(LinkState state) => state switch { LinkState.Confirmed => "Confirmed", LinkState.Split => "Split", _ => "Not confirmed" };

    public static string Of(Autonomy autonomy) => autonomy switch
    {
        Autonomy.Assistive => "Acts for a signed-in user",
        Autonomy.Supervised => "Acts by itself, a human approves",
        Autonomy.Autonomous => "Acts by itself",
        _ => "How freely it acts is not known",
    };
}
