using Governance.Common;

namespace Governance.Accounts;

/// <summary>What a sign-in provider says of somebody, after its token was verified.</summary>
/// <param name="Provider">The provider's name in the configuration.</param>
/// <param name="Issuer">Who says it; with the subject it names one human at this provider for ever (OpenID Connect Core 1.0, 5.7).</param>
/// <param name="Subject">The provider's own id of the human; never reused.</param>
/// <param name="DirectoryId">The id under which the directory's people were imported: Entra's <c>oid</c>. Null when the provider has none.</param>
/// <param name="Mail">Lower case.</param>
/// <param name="MailVerified">Whether the provider says that it has verified the mail. One that is not verified is never matched by.</param>
/// <param name="Name">For people to read.</param>
/// <param name="Roles">This console's roles, as the configured map gives them.</param>
public sealed record ExternalSubject(string Provider, string Issuer, string Subject, string? DirectoryId, string? Mail, bool MailVerified, string Name, IReadOnlyCollection<string> Roles)
{
    public const int LongestIssuer = 190;
    public const int LongestSubject = 255;
}

/// <summary>A person that a subject may be.</summary>
public sealed record PersonMatch(Guid Id, bool Left);

/// <summary>Which human of the directory a subject is. Pure.</summary>
public static class SubjectMatch
{
    /// <param name="byDirectoryId">Who has the subject's directory id.</param>
    /// <param name="byMail">Who has the subject's verified mail; empty when it is not verified.</param>
    /// <returns>The person, or null when the directory has none. Refused when it is not clear who it is, or when they left.</returns>
    public static Outcome<Guid?> Decide(PersonMatch? byDirectoryId, IReadOnlyCollection<PersonMatch> byMail)
    {
        if (byDirectoryId is not null)
        {
            if (byMail.Any(p => p.Id != byDirectoryId.Id && !p.Left))
                return SubjectRefusals.Conflict("The directory id and the mail address belong to two different people.");
            return byDirectoryId.Left ? SubjectRefusals.Left() : Outcome<Guid?>.From(byDirectoryId.Id);
        }

        var here = byMail.Where(p => !p.Left).ToList();
        return here.Count switch
        {
            > 1 => SubjectRefusals.Conflict("Several people of the directory have that mail address."),
            1 => Outcome<Guid?>.From(here[0].Id),
            _ => byMail.Count > 0 ? SubjectRefusals.Left() : Outcome<Guid?>.From(null),
        };
    }
}

/// <summary>Why somebody whom a provider has signed in doesn't get in.</summary>
public static class SubjectRefusals
{
    public const string NobodyCode = "subject.nobody";

    public static Refusal Conflict(string what) => new("subject.conflict", what + " An administrator of this console has to make clear who you are.");

    public static Refusal Left() => new("subject.left", "The directory says that you have left. If that is wrong, have it corrected there and imported again.");

    public static Refusal Nobody() => new(NobodyCode, "You are signed in at your organisation, but this console does not know you: you hold none of its roles, and the people that were imported don't contain you. Ask for one of the two.");

    public static Refusal Disabled() => new("subject.disabled", "Your account in this console is disabled. Ask an administrator of this console.");

    public static Refusal Taken() => new("subject.account-taken", "You have an account in this console that you sign in to in another way. Sign in there, open Account, and connect this sign-in to it.");

    public static Refusal ConnectedElsewhere() => new("subject.connected-elsewhere", "This sign-in already belongs to another account of this console. An administrator has to disable that one first.");

    public static Refusal Unusable() => new("subject.unusable", "The provider's answer names no issuer or subject that can be kept. An administrator has to look at its configuration.");
}
