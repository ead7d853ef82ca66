using System.Text;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;

namespace Governance.E2E.Support;

/// <summary>What axe calls serious or critical on the page that is open.</summary>
public static class Accessibility
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>A paragraph a violation, with up to three elements that cause it; empty when there is none.</summary>
    public static async Task<string> ProblemsAsync(Window window, string where)
    {
        // Axe puts itself into every frame and waits for it; a frame in which no script may run never answers.
        await window.Page.EvaluateAsync("() => document.querySelectorAll('iframe[sandbox=\"\"]').forEach(f => f.remove())");
        var result = await window.Page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations] }).WaitAsync(Patience);
        var problems = new StringBuilder();
        foreach (var violation in result.Violations.Where(v => v.Impact is "serious" or "critical"))
            problems.AppendLine($"{where}: {violation.Id}, {violation.Nodes.Length}×, {violation.Help}\n    {string.Join("\n    ", violation.Nodes.Take(3).Select(n => n.Html))}");
        return problems.ToString();
    }
}
