using Governance.Common;
using Governance.Findings;
using Governance.Inventory;
using Governance.Persistence;
using Governance.Tests.Support;

namespace Governance.Tests.Findings;

public sealed class RiskTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public void More_is_never_less_and_nothing_reaches_a_hundred()
    {
        var before = 0;
        for (var points = 0L; points < 200_000; points += points < 500 ? 1 : 97)
        {
            var risk = Risk.Of(points, RiskWeights.Default.Half);
            risk.ShouldBeGreaterThanOrEqualTo(before);
            risk.ShouldBeLessThan(100);
            before = risk;
        }

        Risk.Of(0, 40).ShouldBe(0);
        Risk.Of(-5, 40).ShouldBe(0);
        Risk.Of(long.MaxValue / 200, 40).ShouldBe(99);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(66)]
    [InlineData(150)]
    [InlineData(400)]
    public void Twice_the_exposure_is_another_number(int points) => Risk.Of(2 * points, 40).ShouldBeGreaterThan(Risk.Of(points, 40));

    [Fact]
    public void One_critical_finding_without_any_circumstance_is_fifty() =>
        Risk.Of(Risk.Points([Severity.Critical], Reported.No, null, DeploymentEnvironment.Test, RiskWeights.Default), RiskWeights.Default.Half).ShouldBe(50);

    [Theory]
    [InlineData(new[] { Severity.High, Severity.Medium, Severity.Info }, Reported.Yes, Autonomy.Autonomous, DeploymentEnvironment.Production, 46, 53)]
    [InlineData(new[] { Severity.Low }, Reported.Unknown, null, DeploymentEnvironment.Unknown, 3, 6)]
    [InlineData(new Severity[0], Reported.Yes, Autonomy.Autonomous, DeploymentEnvironment.Production, 0, 0)]
    public void The_lines_add_up_to_the_number(Severity[] open, Reported privileged, Autonomy? autonomy, DeploymentEnvironment environment, int points, int risk)
    {
        var lines = RiskBreakdown.Of(open.Select(s => ("F01", s)), privileged, autonomy, environment, RiskWeights.Default);
        (lines.Exposure, lines.Risk).ShouldBe((points, risk));
        lines.Exposure.ShouldBe(Risk.Points(open, privileged, autonomy, environment, RiskWeights.Default));
    }

    [Theory, EachDatabase]
    public async Task A_tools_risk_is_made_of_its_identities_points_and_the_most_exposed_comes_first(DatabaseProvider provider)
    {
        await using var test = await TestDatabase.CreateAsync(provider);
        var given = new Given(test);
        var (busy, calm, quiet) = (await given.ToolAsync("Busy", Autonomy.Assistive, approved: true), await given.ToolAsync("Calm", Autonomy.Assistive, approved: true), await given.ToolAsync("Quiet", Autonomy.Assistive, approved: true));
        var ada = await given.PersonAsync("Ada");
        for (var n = 0; n < 12; n++)
            await given.IdentityAsync(i => (i.ToolId, i.Privileged, i.Environment) = (busy.Id, n == 0 ? Reported.Yes : Reported.No, DeploymentEnvironment.Test));
        await given.IdentityAsync(i => (i.ToolId, i.Privileged, i.Environment) = (calm.Id, Reported.No, DeploymentEnvironment.Test));
        await given.IdentityAsync(i => (i.ToolId, i.Privileged, i.MissingSince, i.Exposure) = (calm.Id, Reported.Yes, test.Now, 1000));
        await given.IdentityAsync(i => (i.ToolId, i.Privileged, i.OwnerState, i.OwnerId, i.LastCertifiedAt) = (quiet.Id, Reported.No, OwnerState.Accepted, ada.Id, test.Now));
        await test.Get<FindingService>().EvaluateAsync(None);
        var queries = test.Get<FindingQueries>();

        // No owner is 20 points; the privileged one has privileged access besides, and 25 % more: (20 + 20) × 125 %.
        var risk = await queries.ToolRiskAsync(busy.Id, None);
        risk.Most.Count.ShouldBe(10);
        risk.Most[0].Points.ShouldBe(50);
        (risk.More, risk.MorePoints, risk.Without, risk.Points).ShouldBe((2, 40, 0, 270));
        risk.Risk.ShouldBe(100 * 270 / (270 + 200));
        (await queries.ToolRiskAsync(calm.Id, None)).Points.ShouldBe(20);
        var none = await queries.ToolRiskAsync(quiet.Id, None);
        (none.Points, none.Risk, none.Without).ShouldBe((0, 0, 1));

        var tools = await queries.ExposedToolsAsync(10, None);
        tools.Select(t => (t.Name, t.Points, t.Risk, t.Unowned)).ShouldBe([("Busy", 270L, 57, 12), ("Calm", 20L, 9, 1), ("Quiet", 0L, 0, 0)]);
        (await queries.ExposedToolsAsync(1, None)).Single().Name.ShouldBe("Busy");
    }
}
