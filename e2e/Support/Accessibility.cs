using System.Text;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;

namespace Governance.E2E.Support;

/// <summary>What axe calls serious or critical on the page that is open.</summary>
public static class Accessibility
{
    /// <summary>A paragraph a violation, with up to three elements that cause it; empty when there is none.</summary>
    public static async Task<string> ProblemsAsync(Window window, string where)
    {
        var result = await window.Page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations] });
        var problems = new StringBuilder();
        foreach (var violation in result.Violations.Where(v => v.Impact is "serious" or "critical"))
            problems.AppendLine($"{where}: {violation.Id}, {violation.Nodes.Length}×, {violation.Help}\n    {string.Join("\n    ", violation.Nodes.Take(3).Select(n => n.Html))}");
        return problems.ToString();
    }
}
