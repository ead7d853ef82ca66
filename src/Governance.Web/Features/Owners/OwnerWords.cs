using System.Text;
using Governance.Common;
using Governance.Inventory;
using Governance.Ownership;
using MudBlazor;

namespace Governance.Web.Features.Owners;

/// <summary>Ownership in words.</summary>
internal static class OwnerWords
{
    public static string Of(OwnerState state) => state switch
    {
        OwnerState.Accepted => "Accepted",
        OwnerState.Proposed => "Asked, no answer yet",
        OwnerState.Orphaned => "Owner left",
        _ => "Nobody",
    };

    public static string Of(AssignmentState state) => state switch
    {
        AssignmentState.Accepted => "accepted",
        AssignmentState.Declined => "declined",
        AssignmentState.Ended => "ended",
        AssignmentState.Orphaned => "left",
        AssignmentState.Claimed => "claims it",
        AssignmentState.Unanswered => "did not answer",
        _ => "asked",
    };

    public static string Of(OwnerRole role) => role switch
    {
        OwnerRole.Technical => "Technical owner",
        OwnerRole.Backup => "Backup",
        OwnerRole.TechnicalBackup => "Technical backup",
        _ => "Accountable owner",
    };

    public static string Icon(OwnerState state) => state switch
    {
        OwnerState.Accepted => Icons.Material.Filled.CheckCircle,
        OwnerState.Proposed => Icons.Material.Outlined.HourglassEmpty,
        OwnerState.Orphaned => Icons.Material.Outlined.PersonOff,
        _ => Icons.Material.Outlined.PersonAddDisabled,
    };

    /// <summary><c>ServicePrincipal</c> as "A service principal".</summary>
    public static string WithArticle(IdentityKind kind)
    {
        if (kind == IdentityKind.OAuthGrant)
            return "An OAuth grant";
        if (kind == IdentityKind.McpServer)
            return "An MCP server";
        if (kind == IdentityKind.ApiToken)
            return "An API token";
        if (kind == IdentityKind.Other)
            return "An identity";
        var text = new StringBuilder();
        foreach (var letter in kind.ToString())
        {
            if (char.IsUpper(letter) && text.Length > 0)
                text.Append(' ');
            text.Append(char.ToLowerInvariant(letter));
        }

        return (text[0] is 'a' or 'e' or 'i' or 'o' ? "An " : "A ") + text;
    }

    /// <summary>How many were done, and why the others were not.</summary>
    public static (int Done, Refusal? FirstRefusal, int Refused) Sum(IReadOnlyList<ItemOutcome> outcomes) =>
        (outcomes.Count(o => o.Refusal is null), outcomes.FirstOrDefault(o => o.Refusal is not null)?.Refusal, outcomes.Count(o => o.Refusal is not null));

    public static string Identities(int count) => count == 1 ? "1 identity" : $"{count} identities";
}
