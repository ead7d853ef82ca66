using CsCheck;
using Governance.Campaigns;

namespace Governance.Tests.Campaigns;

public sealed class OutcomeRulesTests
{
    private static readonly Gen<Verdict?> Answer = Gen.OneOf(Gen.Const((Verdict?)null), Gen.Enum<Verdict>().Select(v => (Verdict?)v));
    private static readonly Gen<ReviewSettings> Settings = Gen.Select(Gen.Enum<OutcomeStrategy>(), Gen.Bool, (s, one) => new ReviewSettings { Strategy = s, OneAnswerFreesOthers = one });

    [Fact]
    public void One_denial_is_enough_in_every_strategy_of_one_stage() => Gen.Select(Settings, Answer.Array[1, 6]).Sample((settings, answers) =>
        !answers.Contains(Verdict.Revoke) || OutcomeRules.OfStage(settings, answers) == Verdict.Revoke);

    [Fact]
    public void Silence_is_never_a_certification() => Gen.Select(Settings, Gen.Int[1, 4], Answer, Gen.Int[0, 6]).Sample((settings, stage, earlier, silent) =>
        OutcomeRules.OfStage(settings, new Verdict?[silent]) is null
        && OutcomeRules.Together(settings.Strategy, stage, earlier, null) is not (Verdict.Certify or Verdict.Reduce));

    [Fact]
    public void Where_all_must_answer_one_that_is_missing_keeps_it_open_unless_somebody_denied() => Gen.Select(Gen.Enum<OutcomeStrategy>(), Answer.Array[1, 6]).Sample((strategy, answers) =>
        !answers.Contains(null) || answers.Contains(Verdict.Revoke)
        || OutcomeRules.OfStage(new ReviewSettings { Strategy = strategy, OneAnswerFreesOthers = false }, answers) is null);

    [Fact]
    public void All_certify_certifies_only_where_everybody_did() => Gen.Select(Gen.Bool, Answer.Array[1, 6], Answer).Sample((one, answers, earlier) =>
    {
        var settings = new ReviewSettings { Strategy = OutcomeStrategy.AllCertify, OneAnswerFreesOthers = one };
        var stage = OutcomeRules.OfStage(settings, answers);
        var whole = OutcomeRules.Together(settings.Strategy, 2, earlier, stage);
        return whole != Verdict.Certify || (earlier == Verdict.Certify && answers.Where(a => a is not null).All(a => a == Verdict.Certify));
    });

    [Fact]
    public void The_last_stage_has_the_last_word_where_it_rules() => Gen.Select(Gen.Int[2, 4], Answer, Answer).Sample((stage, earlier, current) =>
        OutcomeRules.Together(OutcomeStrategy.LastStageRules, stage, earlier, current) == current);

    [Fact]
    public void A_denial_of_an_earlier_stage_stands_unless_the_last_rules() => Gen.Select(Gen.Int[2, 4], Answer).Sample((stage, current) =>
        OutcomeRules.Together(OutcomeStrategy.OneDenies, stage, Verdict.Revoke, current) == Verdict.Revoke
        && OutcomeRules.Together(OutcomeStrategy.AllCertify, stage, Verdict.Revoke, current) == Verdict.Revoke);

    [Fact]
    public void The_order_of_answers_plays_no_part() => Gen.Select(Settings, Answer.Array[1, 6], Gen.Int).Sample((settings, answers, seed) =>
    {
        var shuffled = answers.ToArray();
        new Random(seed).Shuffle(shuffled);
        return OutcomeRules.OfStage(settings, answers) == OutcomeRules.OfStage(settings, shuffled);
    });

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(2, 2, 0)]
    [InlineData(3, 2, 1)]
    [InlineData(14, 10, 4)]
    [InlineData(90, 83, 7)]
    public void The_standard_stages_take_as_long_as_was_asked_for(int days, int first, int second)
    {
        var stages = StageSettings.Standard(days);
        stages.Select(s => s.DurationDays).ShouldBe(second == 0 ? [first] : [first, second]);
        StageRules.TotalDays(stages).ShouldBe(days);
        StageRules.Check(stages, new ReviewSettings()).ShouldBeNull();
    }

    [Fact]
    public void What_stages_may_not_be_is_refused()
    {
        Code(new StageSettings { Reviewers = [] }).ShouldBe("campaign.stage-reviewers");
        Code(new StageSettings { DurationDays = 0 }).ShouldBe("campaign.stage-duration");
        Code(new StageSettings { Reviewers = [ReviewerKind.People] }).ShouldBe("campaign.stage-people");
        Code(new StageSettings { Reviewers = [ReviewerKind.People], People = [.. Enumerable.Range(0, 11).Select(_ => Guid.CreateVersion7())] }).ShouldBe("campaign.stage-people-many");
        Code(new StageSettings { Reviewers = [ReviewerKind.Role], Role = "Nobody" }).ShouldBe("campaign.stage-role");
        Code(new StageSettings { FallbackRole = "Nobody" }).ShouldBe("campaign.stage-role");
        Code(new StageSettings { Items = StageItems.PrivilegedOrAutonomous }).ShouldBe("campaign.stage-first");
        Code(new StageSettings { MovesOn = [] }, new StageSettings()).ShouldBe("campaign.stage-dead-end");
        Code(new StageSettings { MovesOn = [] }).ShouldBeNull();
        Code([.. Enumerable.Range(0, 5).Select(_ => new StageSettings())]).ShouldBe("campaign.stages-many");
        StageRules.Check(StageSettings.Single(1), new ReviewSettings { SamplePercent = 101 })!.Code.ShouldBe("campaign.sample");

        static string? Code(params StageSettings[] stages) => StageRules.Check(stages, new ReviewSettings())?.Code;
    }

    [Fact]
    public void Settings_come_back_as_they_were_kept_and_what_is_missing_has_its_safe_default()
    {
        var settings = new ReviewSettings { Strategy = OutcomeStrategy.AllCertify, OneAnswerFreesOthers = false, SamplePercent = 5 };
        CampaignJson.Settings(CampaignJson.Write(settings)).ShouldBe(settings);
        CampaignJson.Settings("{}").ShouldBe(new ReviewSettings());
        CampaignJson.Stages("[]").ShouldHaveSingleItem().Reviewers.ShouldBe([ReviewerKind.Owner]);
        CampaignJson.Write(CampaignJson.Stages(CampaignJson.Write(StageSettings.Standard(30)))).ShouldBe(CampaignJson.Write(StageSettings.Standard(30)));
    }
}
