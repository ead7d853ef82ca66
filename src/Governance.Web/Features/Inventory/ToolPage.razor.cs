using Governance.Common;
using Governance.Findings;
using Governance.Inventory;
using Governance.Web.Security;
using Microsoft.AspNetCore.Components;

namespace Governance.Web.Features.Inventory;

/// <summary>One tool: every identity that acts for it in every system, how they hang together, what they may do and who answers for them.</summary>
public sealed partial class ToolPage(PictureQueries queries, FindingQueries findingQueries, CurrentActor actor)
{
    private ToolPicture? picture;
    private PictureLayout wide = new(0, 0, [], [], []);
    private PictureLayout narrow = new(0, 0, [], [], []);
    private Page<FindingRow> findings = new([], null, 0);
    private bool loaded;
    private bool mayChange;

    [Parameter]
    public Guid Id { get; set; }

    private string Lead
    {
        get
        {
            var tool = picture!.Tool;
            var parts = new[] { tool.Vendor is { } vendor && vendor != tool.Name ? $"By {vendor}" : null, EvidenceWords.Of(tool.Autonomy), tool.ApprovedAt is null ? "Not approved here" : $"Approved here by {tool.ApprovedBy}", tool.Description };
            return string.Join(" · ", parts.OfType<string>());
        }
    }

    protected override async Task OnParametersSetAsync()
    {
        var me = await actor.GetAsync();
        mayChange = me.Holds(Roles.SecurityEngineer) || me.Holds(Roles.Administrator);
        var found = await queries.FindAsync(Id, CancellationToken.None);
        if (found is not null)
        {
            findings = await findingQueries.ListAsync(new FindingFilter(State: FindingState.Open, ToolId: Id), null, 8, CancellationToken.None);
            (wide, narrow) = (PictureLayout.Of(found, 3), PictureLayout.Of(found, 1));
        }

        (picture, loaded) = (found, true);
    }

    private Guid NodeSource(PictureNode node) =>
        node.Many ? Guid.ParseExact(node.Key[..32], "N") : picture!.Identities.First(i => i.Id.ToString("N") == node.Key).SourceId;

    private string Title(string key) => wide.Nodes.FirstOrDefault(n => n.Key == key)?.Title ?? string.Empty;
}
