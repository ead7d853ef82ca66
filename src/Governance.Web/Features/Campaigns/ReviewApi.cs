using Governance.Campaigns;
using Governance.Web.Api;
using Governance.Web.Hosting;

namespace Governance.Web.Features.Campaigns;

/// <summary>A reviewer's own items over HTTP, by a key of theirs. A decision binds to the version and content that were read: what changed meanwhile is a refusal.</summary>
public sealed class ReviewApi : IFeatureEndpoints
{
    public static void Map(WebApplication app)
    {
        var api = app.MapApi("Reviews");
        api.MapGet("/reviews", async (ReviewQueries queries, HttpContext http, CancellationToken ct) =>
                http.Actor().PersonId is { } person ? Results.Ok(await queries.MineAsync(person, ct)) : NobodyInTheDirectory())
            .Produces<IReadOnlyList<MyCampaign>>().RequireAuthorization(ApiPolicies.SignedIn).WithSummary("Campaigns in which the key's person is asked");
        api.MapGet("/reviews/{campaignId:guid}", async (Guid campaignId, ReviewQueries queries, HttpContext http, CancellationToken ct) =>
                http.Actor().PersonId is not { } person ? NobodyInTheDirectory() : await queries.SheetAsync(campaignId, person, ct) is { } sheet ? Results.Ok(sheet) : ApiResults.NotFound("campaign with items of yours"))
            .Produces<ReviewSheet>().ProducesProblem(404).RequireAuthorization(ApiPolicies.SignedIn).WithSummary("The person's items in one campaign, with version and content hash");
        api.MapGet("/review-items/{id:guid}", async (Guid id, ReviewQueries queries, HttpContext http, CancellationToken ct) =>
                await queries.DetailAsync(id, http.Actor(), ct) is { } detail ? Results.Ok(detail) : ApiResults.NotFound("item"))
            .Produces<ReviewDetail>().ProducesProblem(404).RequireAuthorization(ApiPolicies.SignedIn).WithSummary("One item with all that is known of it");
        api.MapPost("/review-items/{id:guid}/decision", async (Guid id, Answer answer, ReviewService reviews, HttpContext http, CancellationToken ct) =>
                ApiResults.Of(
                    await reviews.DecideAsync(new Decide(id, answer.Version, answer.Verdict, answer.Justification, answer.ShownHash, answer.GrantIds ?? [], http.Actor()) { ExpiresAt = answer.ExpiresAt }, ct),
                    version => Results.Ok(new Versioned(version))))
            .Produces<Versioned>().ProducesProblem(403).ProducesProblem(409).ProducesProblem(422).RequireAuthorization(ApiPolicies.SignedIn).WithSummary("Decides; an earlier answer is superseded and kept");
        api.MapPost("/review-items/{id:guid}/withdraw", async (Guid id, Versioned at, ReviewService reviews, HttpContext http, CancellationToken ct) =>
                ApiResults.Of(await reviews.WithdrawDecisionAsync(id, at.Version, http.Actor(), ct), version => Results.Ok(new Versioned(version))))
            .Produces<Versioned>().ProducesProblem(409).RequireAuthorization(ApiPolicies.SignedIn).WithSummary("Takes the decision back");
        api.MapPost("/review-items/{id:guid}/reassign", async (Guid id, HandOn to, HandOverService handOver, HttpContext http, CancellationToken ct) =>
                ApiResults.Of(await handOver.ReassignAsync(id, to.Version, to.PersonId, to.Note, http.Actor(), ct)))
            .Produces(204).ProducesProblem(409).ProducesProblem(422).RequireAuthorization(ApiPolicies.SignedIn).WithSummary("Hands an undecided item to somebody else");
    }

    private static IResult NobodyInTheDirectory() =>
        ApiResults.Problem(StatusCodes.Status422UnprocessableEntity, "account.no-person", "The key's account is matched to nobody in the directory, so nothing is theirs to review. Ask an administrator.");

    public sealed record Answer(Guid Version, Verdict Verdict, string? Justification, string ShownHash, IReadOnlyList<Guid>? GrantIds, DateTimeOffset? ExpiresAt);

    public sealed record Versioned(Guid Version);

    public sealed record HandOn(Guid Version, Guid PersonId, string? Note);
}
