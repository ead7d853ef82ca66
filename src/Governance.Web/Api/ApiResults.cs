using Governance.Accounts;
using Governance.Common;

namespace Governance.Web.Api;

/// <summary>Answers of the HTTP API: a refusal is a problem (RFC 9457) with its stable code and, where it concerns one, the field.</summary>
internal static class ApiResults
{
    /// <summary>Who calls. The endpoint's policy has seen to it that there is one.</summary>
    public static Actor Actor(this HttpContext http) => http.Features.Get<ApiCaller>()?.Actor ?? throw new UnauthorizedAccessException("No key.");

    public static IResult Of<T>(Outcome<T> outcome, Func<T, IResult> done) => outcome.IsRefused ? Refused(outcome.Refusal) : done(outcome.Value!);

    public static IResult Of(Outcome<Done> outcome) => Of(outcome, _ => Results.NoContent());

    public static IResult Refused(Refusal refusal) => Problem(Status(refusal.Code), refusal.Code, refusal.Message, refusal.Field);

    public static IResult NotFound(string what) => Problem(StatusCodes.Status404NotFound, "gone", $"There is no such {what}.");

    public static IResult Problem(int status, string code, string message, string? field = null)
    {
        var more = new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = code };
        if (field is not null)
            more["field"] = field;
        return Results.Problem(detail: message, statusCode: status, type: "about:blank", extensions: more);
    }

    private static int Status(string code) => code switch
    {
        "not.allowed" or "review.not-yours" or "review.self" => StatusCodes.Status403Forbidden,
        _ when code.EndsWith("gone", StringComparison.Ordinal) => StatusCodes.Status404NotFound,
        "campaign.changed-meanwhile" or "campaign.already-launched" or "campaign.running" or "campaign.closed" or "campaign.not-closed" or "campaign.not-prepared" or "review.conflict" or "review.changed" or "review.decided"
            => StatusCodes.Status409Conflict,
        _ => StatusCodes.Status422UnprocessableEntity,
    };
}
