using System.Reflection;
using Governance.Audit;

namespace Governance.Web.Features.Audit;

/// <summary>Actions to choose from, and where an entry's record is shown.</summary>
internal static class AuditWords
{
    public static IReadOnlyList<string> Actions { get; } =
        [.. typeof(AuditActions).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!).Order(StringComparer.Ordinal)];

    public static string? Href(AuditEntry entry) => entry.SubjectType switch
    {
        Subjects.Identity => $"/identities/{entry.SubjectId}",
        Subjects.ImportRun => $"/imports/{entry.SubjectId}",
        Subjects.Campaign => $"/campaigns/{entry.SubjectId}",
        Subjects.Definition => $"/campaigns/definitions/{entry.SubjectId}",
        Subjects.Order => $"/revocations/{entry.SubjectId}",
        Subjects.Brakes or Subjects.Exemption => "/brakes",
        Subjects.Sweep => "/sweeps",
        Subjects.EvidencePackage => "/evidence",
        Subjects.Account => "/settings/accounts",
        _ => null,
    };
}
