namespace Governance.Web.Hosting;

/// <summary>Minimal-API endpoints of a feature: uploads, downloads. Each states its policy; a test walks them all with every role.</summary>
public interface IFeatureEndpoints
{
    static abstract void Map(WebApplication app);
}

/// <summary>The one list of them.</summary>
public static class FeatureEndpoints
{
    public static void MapFeatureEndpoints(this WebApplication app)
    {
        // One line a feature, alphabetical.
        Features.Audit.AuditEndpoints.Map(app);
        Features.Campaigns.CalendarEndpoints.Map(app);
        Features.Campaigns.CampaignApi.Map(app);
        Features.Campaigns.CampaignEndpoints.Map(app);
        Features.Campaigns.ReviewApi.Map(app);
        Features.Evidence.EvidenceEndpoints.Map(app);
        Features.Findings.FindingEndpoints.Map(app);
        Features.Imports.ImportEndpoints.Map(app);
        Features.Signals.SignalEndpoints.Map(app);
    }
}
