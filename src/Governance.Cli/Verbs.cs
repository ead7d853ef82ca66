using System.CommandLine;

namespace Governance.Cli;

/// <summary>Every verb; one line each.</summary>
internal static class Verbs
{
    public static IEnumerable<Command> All =>
    [
        ImportVerb.Create(),
        FetchVerb.Create(),
        OwnersVerb.Create(),
        CampaignsVerb.Create(),
        SweepVerb.Create(),
        CheckVerb.Create(),
        EvidenceVerb.Create(),
        VerifyVerbs.CreateAudit(),
        VerifyVerbs.CreateCheckpoint(),
        VerifyVerbs.CreateSeal(),
        VerifyVerbs.CreateEvidence(),
    ];
}

/// <summary>What the process ends with.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>Refused, failed, or not intact.</summary>
    public const int Refused = 1;

    public const int Usage = 2;
}
