using Governance.Findings;

namespace Governance.Web.Features.Findings;

/// <summary>Where a rule belongs in the published lists, as one line.</summary>
internal static class MappingWords
{
    public static string Of(Mappings maps)
    {
        var parts = new List<string>();
        Add("OWASP NHI", maps.Nhi);
        Add("OWASP agentic", [.. maps.Asi, .. maps.AsiOurs.Select(id => id + " (ours)")]);
        Add("NIST CSF 2.0", maps.Csf);
        Add("AI RMF", maps.AiRmf);
        Add("MAESTRO", maps.Layers);
        return string.Join(" · ", parts);

        void Add(string list, IReadOnlyList<string> ids)
        {
            if (ids.Count > 0)
                parts.Add($"{list} {string.Join(", ", ids)}");
        }
    }
}
