using Governance.Inventory;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Demo;

/// <content>The AI tools.</content>
internal sealed partial class DemoStory
{
    private readonly Dictionary<string, Guid> tools = new(StringComparer.Ordinal);

    private async Task ToolsAsync(CancellationToken ct)
    {
        var engineer = await ActorAsync(DemoPeople.SecurityEngineer, ct);
        var service = Get<ToolService>();
        foreach (var tool in DemoTools.All)
        {
            var id = (await service.CreateAsync(tool.Name, tool.Internal ? "Larkfield" : tool.Name, Enum.Parse<Autonomy>(tool.Autonomy, ignoreCase: true), engineer, ct)).OrThrow();
            tools[tool.Name] = id;
            if (tool.Approved)
                (await service.ApproveAsync(id, approved: true, engineer, ct)).OrThrow();
        }
    }

    /// <summary>Identities of the organisation's own agents carry names that no catalogue knows: a person says what they act for.</summary>
    private async Task AssignToolsAsync(CancellationToken ct)
    {
        var engineer = await ActorAsync(DemoPeople.SecurityEngineer, ct);
        HashSet<Guid> without;
        await using (var db = await OpenAsync(ct))
            without = [.. await db.Identities.Where(i => i.ToolId == null).Select(i => i.Id).ToListAsync(ct)];
        foreach (var group in Known().Where(k => k.Identity.Tool is not null && without.Contains(k.Id)).GroupBy(k => k.Identity.Tool!, StringComparer.Ordinal))
            (await Get<ToolService>().AssignAsync(group.Select(k => k.Id).ToList(), tools[group.Key], engineer, ct)).OrThrow();
    }
}
