using Governance.Campaigns;
using Governance.Common;
using Governance.Web.Api;
using Governance.Web.Hosting;
using Microsoft.AspNetCore.Mvc;

namespace Governance.Web.Features.Campaigns;

/// <summary>Campaigns over HTTP: the same services as the pages, so the same rules, and the same refusals.</summary>
public sealed class CampaignApi : IFeatureEndpoints
{
    public static void Map(WebApplication app)
    {
        MapDefinitions(app.MapApi("Campaign definitions"));
        MapCampaigns(app.MapApi("Campaigns"));
    }

    private static void MapDefinitions(RouteGroupBuilder api)
    {
        api.MapGet("/campaign-definitions", async (CampaignQueries queries, CancellationToken ct) =>
                TypedResults.Ok((await queries.ListDefinitionsAsync(ct)).Select(d => new DefinitionSummary(d.Id, d.Name, d.Schedule.Rule, d.Schedule.TimeZone, d.DurationDays, d.NextLaunchAt, d.RunningCampaignId)).ToList()))
            .RequireAuthorization(ApiPolicies.Read).WithSummary("Definitions in use, by name");
        api.MapGet("/campaign-definitions/{id:guid}", async (Guid id, CampaignQueries queries, TimeProvider clock, CancellationToken ct) =>
                await queries.FindDefinitionAsync(id, ct) is { } found ? Results.Ok(new DefinitionDocument(found.Id, found.Version, found.Input, found.Input.Dates(clock.GetUtcNow(), 12), found.ArchivedAt, found.RunningCampaignId)) : ApiResults.NotFound("definition"))
            .Produces<DefinitionDocument>().ProducesProblem(404).RequireAuthorization(ApiPolicies.ManageCampaigns).WithSummary("One definition, with its version and the next dates");
        api.MapPost("/campaign-definitions", async (DefinitionInput input, CampaignService service, HttpContext http, CancellationToken ct) =>
                ApiResults.Of(await service.DefineAsync(input, http.Actor(), ct), id => Results.Created($"{ApiServices.Root}/campaign-definitions/{id:D}", new Made(id))))
            .Produces<Made>(201).ProducesProblem(422).RequireAuthorization(ApiPolicies.ManageCampaigns).WithSummary("Defines a campaign");
        api.MapPut("/campaign-definitions/{id:guid}", async (Guid id, DefinitionChange change, CampaignService service, HttpContext http, CancellationToken ct) =>
                ApiResults.Of(await service.ChangeAsync(id, change.Version, change.Input, http.Actor(), ct)))
            .Produces(204).ProducesProblem(409).RequireAuthorization(ApiPolicies.ManageCampaigns).WithSummary("Changes it; refused when somebody else changed it meanwhile");
        api.MapPost("/campaign-definitions/preview", async (DefinitionInput input, CampaignService service, TimeProvider clock, CancellationToken ct) =>
                TypedResults.Ok(new PreviewDocument(await service.PreviewAsync(input, ct), await service.ExcludedAsync(input, ct), input.Dates(clock.GetUtcNow(), 12))))
            .RequireAuthorization(ApiPolicies.ManageCampaigns).WithSummary("What a launch with these settings would mean; changes nothing");
        api.MapPost("/campaign-definitions/{id:guid}/archive", async (Guid id, CampaignService service, HttpContext http, CancellationToken ct) => ApiResults.Of(await service.ArchiveAsync(id, http.Actor(), ct)))
            .Produces(204).RequireAuthorization(ApiPolicies.ManageCampaigns).WithSummary("Takes it out of use");
        api.MapPost("/campaign-definitions/{id:guid}/prepare", async (Guid id, CampaignService service, HttpContext http, CancellationToken ct) =>
                ApiResults.Of(await service.PrepareAsync(id, http.Actor(), ct), made => Results.Created($"{ApiServices.Root}/campaigns/{made:D}", new Made(made))))
            .Produces<Made>(201).ProducesProblem(409).RequireAuthorization(ApiPolicies.ManageCampaigns).WithSummary("Takes the snapshot and makes the items; asks nobody");
        api.MapPost("/campaign-definitions/{id:guid}/launch", async (Guid id, CampaignService service, HttpContext http, CancellationToken ct) =>
                ApiResults.Of(await service.LaunchAsync(id, http.Actor(), ct), made => Results.Created($"{ApiServices.Root}/campaigns/{made:D}", new Made(made))))
            .Produces<Made>(201).ProducesProblem(409).RequireAuthorization(ApiPolicies.ManageCampaigns).WithSummary("Prepares and starts");
    }

    private static void MapCampaigns(RouteGroupBuilder api)
    {
        api.MapGet("/campaigns", async (CampaignState? state, string? after, int? take, CampaignQueries queries, CancellationToken ct) =>
            {
                var page = await queries.ListAsync(state, after, Take(take, 100), ct);
                return TypedResults.Ok(new Rows<CampaignRow>(page.Rows, page.Next));
            })
            .RequireAuthorization(ApiPolicies.Read).WithSummary("Runs, the newest first");
        api.MapGet("/campaigns/{id:guid}", async (Guid id, CampaignQueries queries, CancellationToken ct) =>
                await queries.FindAsync(id, ct) is { } found ? Results.Ok(CampaignDocument.Of(found)) : ApiResults.NotFound("campaign"))
            .Produces<CampaignDocument>().ProducesProblem(404).RequireAuthorization(ApiPolicies.Read).WithSummary("One run, with its counts");
        api.MapGet("/campaigns/{id:guid}/progress", async (Guid id, ProgressQueries queries, CancellationToken ct) =>
                await queries.FindAsync(id, ct) is { } found
                    ? Results.Ok(new ProgressDocument(found, await queries.ReviewersAsync(id, 1000, ct), await queries.DepartmentsAsync(id, ct)))
                    : ApiResults.NotFound("campaign"))
            .Produces<ProgressDocument>().ProducesProblem(404).RequireAuthorization(ApiPolicies.Read).WithSummary("How far each reviewer and department is");
        api.MapGet("/campaigns/{id:guid}/problems", async (Guid id, CampaignProblems queries, CancellationToken ct) => TypedResults.Ok(await queries.ForAsync(id, ct)))
            .RequireAuthorization(ApiPolicies.Read).WithSummary("What stands in the way of good answers");
        api.MapGet("/campaigns/{id:guid}/effects", async (Guid id, EffectQueries queries, CancellationToken ct) => TypedResults.Ok(await queries.ForAsync(id, ct)))
            .RequireAuthorization(ApiPolicies.Read).WithSummary("What applying would do, by source, with the brakes that would hold it");
        api.MapGet("/campaigns/{id:guid}/comparison", async (Guid id, ComparisonQueries queries, CancellationToken ct) => Results.Ok(await queries.WithLastAsync(id, 500, ct)))
            .Produces<RunComparison>().RequireAuthorization(ApiPolicies.Read).WithSummary("What differs from the last run; null when there was none");
        api.MapGet("/campaigns/{id:guid}/items", async (Guid id, Guid? after, int? take, CampaignExports exports, CancellationToken ct) => Page(await exports.ItemsAsync(id, after, Take(take, 1000), ct), i => i.Id, Take(take, 1000)))
            .RequireAuthorization(ApiPolicies.Read).WithSummary("Items, in pages by id");
        api.MapGet("/campaigns/{id:guid}/decisions", async (Guid id, Guid? after, int? take, CampaignExports exports, CancellationToken ct) => Page(await exports.DecisionsAsync(id, after, Take(take, 1000), ct), d => d.Id, Take(take, 1000)))
            .RequireAuthorization(ApiPolicies.Read).WithSummary("Decisions, superseded and withdrawn ones too, in the order they were given");
        api.MapGet("/campaigns/{id:guid}/left-out", async (Guid id, Guid? after, int? take, CampaignExports exports, CancellationToken ct) => Page(await exports.ExclusionsAsync(id, after, Take(take, 1000), ct), e => e.Id, Take(take, 1000)))
            .RequireAuthorization(ApiPolicies.Read).WithSummary("Identities in scope without an item, each with its reason");
        Command("start", "Asks the reviewers of a prepared campaign", async (id, _, service, by, ct) => (await service.StartAsync(id, by, ct)).Refusal);
        Command("close", "Closes it; before its due time with a reason", async (id, reason, service, by, ct) => (await service.CloseEarlyAsync(id, reason, by, ct)).Refusal);
        Command("cancel", "Gives it up; nothing is applied", async (id, reason, service, by, ct) => (await service.CancelAsync(id, reason, by, ct)).Refusal);
        Command("apply", "Applies a closed campaign", async (id, _, service, by, ct) => (await service.ApplyAsync(id, by, ct)).Refusal);
        api.MapPost("/campaigns/{id:guid}/extend", async (Guid id, MoreTime time, CampaignService service, HttpContext http, CancellationToken ct) => ApiResults.Of(await service.ExtendAsync(id, time.DueAt, time.Reason, http.Actor(), ct)))
            .Produces(204).ProducesProblem(422).RequireAuthorization(ApiPolicies.ManageCampaigns).WithSummary("Gives reviewers more time");
        api.MapPost("/campaigns/{id:guid}/remind", async (Guid id, [FromBody] Reminder? reminder, CampaignReminders reminders, HttpContext http, CancellationToken ct) =>
                ApiResults.Of(await reminders.ChaseAsync(id, reminder?.PersonId, reminder?.Note, http.Actor(), ct), sent => Results.Ok(new Sent(sent))))
            .Produces<Sent>().RequireAuthorization(ApiPolicies.ManageCampaigns).WithSummary("Reminds who has open items; nobody twice within an hour");

        void Command(string name, string summary, Func<Guid, string?, CampaignService, Actor, CancellationToken, Task<Refusal?>> command) =>
            api.MapPost($"/campaigns/{{id:guid}}/{name}", async (Guid id, [FromBody] Why? why, CampaignService service, HttpContext http, CancellationToken ct) =>
                    await command(id, why?.Reason, service, http.Actor(), ct) is { } refused ? ApiResults.Refused(refused) : Results.NoContent())
                .Produces(204).ProducesProblem(409).RequireAuthorization(ApiPolicies.ManageCampaigns).WithSummary(summary);
    }

    private static int Take(int? asked, int most) => Math.Clamp(asked ?? 100, 1, most);

    private static Microsoft.AspNetCore.Http.HttpResults.Ok<Rows<T>> Page<T>(IReadOnlyList<T> rows, Func<T, Guid> key, int take) =>
        TypedResults.Ok(new Rows<T>(rows, rows.Count == take ? key(rows[^1]).ToString("D") : null));

    /// <summary>A page of rows; <c>after</c> of the next request, or null at the end.</summary>
    public sealed record Rows<T>(IReadOnlyList<T> Items, string? After);

    public sealed record Made(Guid Id);

    public sealed record Sent(int Reminded);

    public sealed record Why(string? Reason);

    public sealed record Reminder(Guid? PersonId, string? Note);

    public sealed record MoreTime(DateTimeOffset DueAt, string? Reason);

    public sealed record DefinitionChange(Guid Version, DefinitionInput Input);

    public sealed record DefinitionSummary(Guid Id, string Name, string? Rule, string TimeZone, int DurationDays, DateTimeOffset? NextLaunchAt, Guid? OpenCampaignId);

    public sealed record DefinitionDocument(Guid Id, Guid Version, DefinitionInput Input, IReadOnlyList<DateTimeOffset> NextDates, DateTimeOffset? ArchivedAt, Guid? OpenCampaignId);

    public sealed record PreviewDocument(CampaignPreview Preview, IReadOnlyList<ExclusionCount> LeftOut, IReadOnlyList<DateTimeOffset> NextDates);

    public sealed record ProgressDocument(CampaignProgress Progress, IReadOnlyList<ReviewerStanding> Reviewers, IReadOnlyList<DepartmentStanding> Departments);

    public sealed record CampaignDocument(
        Guid Id, Guid DefinitionId, string Name, CampaignState State, DateTimeOffset PreparedAt, DateTimeOffset LaunchedAt, DateTimeOffset? ScheduledFor, DateTimeOffset DueAt, DateTimeOffset? ClosedAt, DateTimeOffset? AppliedAt, string? EndReason,
        int InScope, int Items, int LeftOut, string ItemsSha256, string Scope, CampaignEffects Verdicts, AppliedCounts? Applied)
    {
        internal static CampaignDocument Of(CampaignDetail found) => new(
            found.Campaign.Id, found.Campaign.DefinitionId, found.Campaign.Name, found.Campaign.State, found.Campaign.PreparedAt, found.Campaign.LaunchedAt, found.Campaign.ScheduledFor, found.Campaign.DueAt, found.Campaign.ClosedAt,
            found.Campaign.AppliedAt, found.Campaign.EndReason, found.Campaign.InScope, found.Campaign.Population, found.Campaign.Excluded, found.Campaign.PopulationHash, found.ScopeWords, found.Effects, found.Applied);
    }
}
