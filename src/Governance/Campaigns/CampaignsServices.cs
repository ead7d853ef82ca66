using Governance.Audit;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Campaigns;

public static class CampaignsServices
{
    public static IServiceCollection AddCampaigns(this IServiceCollection services)
    {
        services.AddSingleton<CampaignPreviews>();
        services.AddSingleton<CampaignLauncher>();
        services.AddSingleton<StageEngine>();
        services.AddSingleton<CampaignCloser>();
        services.AddSingleton<CampaignService>();
        services.AddSingleton<CampaignQueries>();
        services.AddSingleton<CampaignReminders>();
        services.AddSingleton<ProgressQueries>();
        services.AddSingleton<CampaignProblems>();
        services.AddSingleton<EffectQueries>();
        services.AddSingleton<ComparisonQueries>();
        services.AddSingleton<CampaignExports>();
        services.AddSingleton<CalendarQueries>();
        services.AddSingleton<CalendarService>();
        services.AddSingleton<ReviewService>();
        services.AddSingleton<HandOverService>();
        services.AddSingleton<StandInService>();
        services.AddSingleton<CommentService>();
        services.AddSingleton<SignOffService>();
        services.AddSingleton<SecondLookService>();
        services.AddSingleton<SignalQueries>();
        services.AddSingleton<MicroPolicyService>();
        services.AddSingleton<ReviewQueries>();
        services.AddSingleton<AuditFollower, GrownAccessFollower>();
        services.AddSingleton<AuditFollower, GoneReviewerFollower>();
        services.AddSingleton<AuditFollower, MicroCertificationFollower>();
        return services;
    }
}
