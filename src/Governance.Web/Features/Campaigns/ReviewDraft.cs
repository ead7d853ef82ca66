using System.Text.Json;
using Governance.Campaigns;

namespace Governance.Web.Features.Campaigns;

/// <summary>What the reviewer is being asked for before an answer can be sent.</summary>
public enum Asking
{
    Nothing,
    Certify,
    Reduce,
    Revoke,
    DontKnow,
    HandOn,
}

/// <summary>What was typed and chosen so far. It stays when the server refuses, and in the window when the connection breaks.</summary>
public sealed class ReviewDraft
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public string Reason { get; set; } = string.Empty;

    public HashSet<Guid> Grants { get; } = [];

    /// <summary>For reduce: the last day of its life.</summary>
    public DateOnly? EndsOn { get; set; }

    public Guid To { get; set; }

    /// <summary>Whether the person it goes to is to be its owner too.</summary>
    public bool ProposeOwner { get; set; }

    public static Verdict? VerdictOf(Asking asking) => asking switch
    {
        Asking.Certify => Verdict.Certify,
        Asking.Reduce => Verdict.Reduce,
        Asking.Revoke => Verdict.Revoke,
        Asking.DontKnow => Verdict.DontKnow,
        _ => null,
    };

    /// <summary>Reads what the window kept. What comes from a browser is not trusted to be well-formed: null then.</summary>
    public static (Asking Asking, ReviewDraft Draft)? FromKept(string? json)
    {
        if (string.IsNullOrEmpty(json) || json.Length > 100_000)
            return null;
        try
        {
            if (JsonSerializer.Deserialize<Kept>(json, Json) is not { } kept || !Enum.TryParse<Asking>(kept.Asking, out var asking) || !Enum.IsDefined(asking))
                return null;
            var draft = new ReviewDraft { Reason = kept.Reason ?? string.Empty };
            draft.Grants.UnionWith(kept.Grants ?? []);
            return (asking, draft);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Kept(string? Asking, string? Reason, List<Guid>? Grants);
}
