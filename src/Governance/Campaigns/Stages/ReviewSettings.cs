namespace Governance.Campaigns;

/// <summary>How several answers become one outcome.</summary>
public enum OutcomeStrategy
{
    /// <summary>Taken away as soon as one reviewer of any stage says so; certified when every stage that looked at it answered and none denied.</summary>
    OneDenies,

    /// <summary>Certified only where everybody who was asked, in each stage, certified.</summary>
    AllCertify,

    /// <summary>The last stage that looked at it has the last word.</summary>
    LastStageRules,
}

/// <summary>What becomes of an item for which no reviewer exists. Every one but no change goes through the brakes.</summary>
public enum NoReviewerPolicy
{
    NoChange,
    Revoke,
    Certify,
    Recommendation,
}

/// <summary>How a campaign is decided. A running campaign keeps those that it began with.</summary>
public sealed record ReviewSettings
{
    public OutcomeStrategy Strategy { get; init; }

    /// <summary>True: the first answer in a stage frees the other reviewers of the item. False: all of them must answer.</summary>
    public bool OneAnswerFreesOthers { get; init; } = true;

    /// <summary>Whether every answer owes a reason, "don't know" too. A revocation always owes one.</summary>
    public bool JustificationAlways { get; init; }

    /// <summary>Whether reviewers see what the console recommends. It is recorded all the same.</summary>
    public bool Recommendations { get; init; } = true;

    /// <summary>Whether a later stage sees what the earlier ones said.</summary>
    public bool ShowEarlierStages { get; init; } = true;

    public NoReviewerPolicy NoReviewer { get; init; }

    /// <summary>Whether a reviewer says explicitly that they are done: answers count all the same, unsigned ones are told to the campaign's manager.</summary>
    public bool SignOff { get; init; }

    /// <summary>Share of the certified items that gets a second look after the close, 0 to 100; drawn by a seed that is kept.</summary>
    public int SamplePercent { get; init; }
}
