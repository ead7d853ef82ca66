using CsCheck;
using Governance.Campaigns;
using Governance.Common;
using Governance.Tests.Support;

namespace Governance.Tests.Campaigns;

public sealed class CampaignRulesTests
{
    private static readonly DateTimeOffset Noon = TestDatabase.Noon;
    private static readonly Guid Ada = new("00000000-0000-0000-0000-00000000000a");
    private static readonly Guid Bob = new("00000000-0000-0000-0000-00000000000b");

    [Fact]
    public void The_assigned_reviewer_may_certify() => Check(Item(), Certify()).ShouldBeNull();

    [Fact]
    public void A_closed_campaign_takes_no_decision() =>
        Check(Item() with { CampaignState = CampaignState.Closed, ClosedAt = Noon }, Certify()).ShouldBe("campaign.closed");

    [Fact]
    public void After_the_due_time_no_decision_is_taken() => Check(Item() with { DueAt = Noon.AddSeconds(-1) }, Certify()).ShouldBe("campaign.past-due");

    [Fact]
    public void A_reviewer_decides_on_their_own_items_only() => Check(Item() with { ReviewerId = Bob }, Certify()).ShouldBe("review.not-yours");

    [Fact]
    public void Someone_without_a_person_in_the_directory_decides_nothing() =>
        Check(Item() with { ReviewerId = null }, Certify() with { By = By(null) }).ShouldBe("review.not-yours");

    [Fact]
    public void A_reviewer_cannot_decide_on_what_they_created() => Check(Item() with { CreatorId = Ada }, Certify()).ShouldBe("review.self");

    [Fact]
    public void Where_the_campaign_allows_it_a_creator_may_decide() => Check(Item() with { CreatorId = Ada, BlockSelfReview = false }, Certify()).ShouldBeNull();

    [Fact]
    public void A_second_answer_from_another_window_is_a_conflict() => Check(Item() with { Version = Bob }, Certify()).ShouldBe("review.conflict");

    [Fact]
    public void What_changed_since_it_was_shown_is_not_decided_unseen() => Check(Item() with { ContentHash = "grown" }, Certify()).ShouldBe("review.changed");

    [Theory]
    [InlineData(null)]
    [InlineData("  ")]
    [InlineData(" no ")]
    public void Revoking_always_needs_a_reason(string? reason) => Check(Item(), Certify() with { Verdict = Verdict.Revoke, Justification = reason }).ShouldBe("review.reason-missing");

    [Fact]
    public void Certifying_needs_a_reason_where_the_campaign_says_so()
    {
        var item = Item() with { JustificationOnCertify = true };
        Check(item, Certify()).ShouldBe("review.reason-missing");
        Check(item, Certify() with { Justification = "payroll needs it" }).ShouldBeNull();
        Check(item, Certify() with { Verdict = Verdict.DontKnow }).ShouldBeNull();
    }

    [Fact]
    public void A_reason_has_an_end() => Check(Item(), Certify() with { Justification = new string('x', 4001) }).ShouldBe("review.reason-long");

    [Fact]
    public void Reducing_names_what_to_take_away()
    {
        Check(Item(), Certify() with { Verdict = Verdict.Reduce }).ShouldBe("review.no-grant");
        Check(Item(), Certify() with { Verdict = Verdict.Reduce, GrantIds = [Bob] }).ShouldBeNull();
    }

    [Theory]
    [InlineData(50, false)]
    [InlineData(0, true)]
    public void What_is_risky_or_privileged_is_not_certified_among_others(int risk, bool privileged)
    {
        var item = Item() with { Risk = risk, Privileged = privileged };
        CampaignRules.CheckBulk(item, Certify(), Noon)?.Code.ShouldBe("review.too-risky-for-bulk");
        CampaignRules.CheckBulk(item, Certify() with { Verdict = Verdict.DontKnow }, Noon).ShouldBeNull();
        CampaignRules.CheckBulk(Item(), Certify(), Noon).ShouldBeNull();
    }

    [Fact]
    public void Permissions_are_not_reduced_in_bulk() => CampaignRules.CheckBulk(Item(), Certify() with { Verdict = Verdict.Reduce, GrantIds = [Bob] }, Noon)!.Code.ShouldBe("review.reduce-not-in-bulk");

    [Fact]
    public void Handing_on_is_no_way_round_the_block_on_self_review() =>
        CampaignRules.CheckReassign(Item() with { CreatorId = Bob }, Ada, Bob, "Bob", "yours", By(Ada), Noon)!.Code.ShouldBe("review.reviewer-is-creator");

    [Fact]
    public void Handing_on_needs_a_note_another_person_and_an_undecided_item_of_ones_own()
    {
        Reassign(Item(), Bob, "your team's").ShouldBeNull();
        Reassign(Item(), Bob, " ").ShouldBe("review.note-missing");
        Reassign(Item(), Ada, "mine again").ShouldBe("review.same-reviewer");
        Reassign(Item() with { TaskDecisionId = Bob }, Bob, "your team's").ShouldBe("review.decided");
        Reassign(Item() with { ReviewerId = Bob }, Bob, "your team's").ShouldBe("review.not-yours");
        Reassign(Item() with { CampaignState = CampaignState.Applied }, Bob, "your team's").ShouldBe("campaign.closed");
        CampaignRules.CheckReassign(Item() with { ReviewerId = null }, Ada, Bob, "Bob", "nobody had it", By(null, Roles.CampaignManager), Noon).ShouldBeNull();
    }

    [Fact]
    public void Only_what_is_decided_is_taken_back_and_only_by_its_reviewer()
    {
        CampaignRules.CheckWithdraw(Item(), Ada, By(Ada), Noon)!.Code.ShouldBe("review.nothing-to-undo");
        CampaignRules.CheckWithdraw(Item() with { TaskDecisionId = Bob }, Ada, By(Bob), Noon)!.Code.ShouldBe("review.not-yours");
        CampaignRules.CheckWithdraw(Item() with { TaskDecisionId = Bob }, Bob, By(Ada), Noon)!.Code.ShouldBe("review.conflict");
        CampaignRules.CheckWithdraw(Item() with { TaskDecisionId = Bob }, Ada, By(Ada), Noon).ShouldBeNull();
    }

    [Fact]
    public void Whatever_came_before_a_closed_campaign_takes_no_decision()
    {
        var people = OneOf<Guid?>(null, Ada, Bob);
        var hashes = OneOf("shown", "grown");
        var items =
            from state in OneOf(CampaignState.Closed, CampaignState.Applied)
            from reviewer in people
            from creator in people
            from block in Gen.Bool
            from reason in Gen.Bool
            from hash in hashes
            from due in Gen.Int[-100, 100]
            from decided in OneOf<Verdict?>(null, Verdict.Certify, Verdict.Revoke)
            select Item() with
            {
                CampaignState = state,
                ReviewerId = reviewer,
                CreatorId = creator,
                BlockSelfReview = block,
                JustificationOnCertify = reason,
                ContentHash = hash,
                DueAt = Noon.AddDays(due),
                Verdict = decided,
                TaskDecisionId = decided is null ? null : Bob,
            };
        var commands =
            from verdict in OneOf(Enum.GetValues<Verdict>())
            from person in people
            from reason in OneOf<string?>(null, "because")
            from hash in hashes
            select Certify() with { Verdict = verdict, By = By(person), Justification = reason, ShownHash = hash, GrantIds = [Bob] };
        Gen.Select(items, commands).Sample((item, command) =>
            Check(item, command) == "campaign.closed"
            && CampaignRules.CheckWithdraw(item, item.Version, command.By, Noon)?.Code == "campaign.closed"
            && CampaignRules.CheckReassign(item, item.Version, Bob, "Bob", "note", command.By, Noon)?.Code == "campaign.closed");
    }

    [Fact]
    public void What_the_source_does_not_report_speaks_for_nothing()
    {
        var unknown = Advice(Governance.Inventory.UsageState.NotReported, null, Noon.AddYears(-3), 5);
        unknown.Verdict.ShouldBeNull();
        unknown.Reasons.ShouldHaveSingleItem().ShouldContain("does not report");
        Advice(Governance.Inventory.UsageState.Used, Noon.AddDays(-91), Noon.AddYears(-3), 0).Verdict.ShouldBe(Verdict.Revoke);
        Advice(Governance.Inventory.UsageState.Used, Noon.AddDays(-90), Noon.AddYears(-3), 0).Verdict.ShouldBeNull();
        Advice(Governance.Inventory.UsageState.Used, Noon.AddDays(-31), Noon.AddYears(-3), 1).Verdict.ShouldBe(Verdict.Reduce);
        Advice(Governance.Inventory.UsageState.NeverUsed, null, Noon.AddDays(-10), 1).Verdict.ShouldBeNull();
    }

    [Fact]
    public void Peers_unused_permissions_findings_and_what_was_said_before_each_give_a_sentence()
    {
        var facts = Facts(Governance.Inventory.UsageState.Used, Noon.AddHours(-1), Noon.AddYears(-1), 1);
        Recommendation.For(facts, Noon).ShouldSatisfyAllConditions(r => r.Verdict.ShouldBeNull(), r => r.Reasons.ShouldBeEmpty());
        Recommendation.For(facts with { Peers = 9, Unlike = [("Mail.Read", 1)] }, Noon).ShouldSatisfyAllConditions(
            r => r.Verdict.ShouldBe(Verdict.Reduce), r => r.Reasons.ShouldBe(["1 of 9 others of its kind for the same tool holds Mail.Read."]));
        Recommendation.For(facts with { Peers = 3, Unlike = [("Mail.Read", 0)] }, Noon).Verdict.ShouldBeNull();
        Recommendation.For(facts with { UnusedPermissions = ["Mail.Read", "Mail.Send", "Files.Read"] }, Noon).Reasons.ShouldBe(["Mail.Read, Mail.Send and 1 more were not used in the time its source looks back."]);
        Recommendation.For(facts with { WorstFinding = Governance.Findings.Severity.Critical, OpenFindings = 2 }, Noon).ShouldSatisfyAllConditions(
            r => r.Verdict.ShouldBeNull(), r => r.Reasons.ShouldBe(["2 findings open, the worst of critical severity."]));
        Recommendation.For(facts with { WorstFinding = Governance.Findings.Severity.Medium, OpenFindings = 2 }, Noon).Reasons.ShouldBeEmpty();
        Recommendation.For(facts with { Before = Verdict.DontKnow, BeforeAt = Noon.AddDays(-90) }, Noon).Reasons.ShouldBe(["You did not know it on 26 August 2026."]);
        Recommendation.For(facts with { RevokedOfTool = 2, DecidedOfTool = 3 }, Noon).Reasons.ShouldBe(["You revoked 2 of 3 others of this tool."]);
    }

    private static Recommendation Advice(Governance.Inventory.UsageState usage, DateTimeOffset? lastUsed, DateTimeOffset known, int privileged) => Recommendation.For(Facts(usage, lastUsed, known, privileged), Noon);

    private static AdviceFacts Facts(Governance.Inventory.UsageState usage, DateTimeOffset? lastUsed, DateTimeOffset known, int privileged) =>
        new() { Usage = usage, LastUsedAt = lastUsed, KnownSince = known, Enabled = Reported.Yes, PrivilegedGrants = privileged };

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(n => values[n]);

    private static string? Check(ReviewItemState item, Decide command) => CampaignRules.Check(item, command, Noon)?.Code;

    private static string? Reassign(ReviewItemState item, Guid to, string note) => CampaignRules.CheckReassign(item, Ada, to, "Bob", note, By(Ada), Noon)?.Code;

    private static Actor By(Guid? person, params string[] roles) => new(ActorKind.Person, "x", "X", person, Roles: new HashSet<string>(roles, StringComparer.Ordinal));

    private static ReviewItemState Item() => new()
    {
        ItemId = Ada,
        Version = Ada,
        CampaignId = Ada,
        CampaignName = "Q4",
        CampaignState = CampaignState.Running,
        DueAt = Noon.AddDays(1),
        BlockSelfReview = true,
        ReviewerId = Ada,
        IdentityId = Ada,
        IdentityName = "notion-connector",
        ContentHash = "shown",
    };

    private static Decide Certify() => new(Ada, Ada, Verdict.Certify, null, "shown", [], By(Ada));
}
