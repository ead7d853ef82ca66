using Governance.Inventory;
using Governance.Revocation;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Demo;

/// <content>Brakes, what they let through, and the sweep that they hold.</content>
internal sealed partial class DemoStory
{
    private async Task BrakesAsync(CancellationToken ct)
    {
        (await Get<BrakeService>().ChangeAsync(new BrakeChange(DryRunOnly: false, MaxOrders: 5, MaxPercent: 2, NoticeDays: 14, QuarantineDays: 30, UnownedGraceDays: 30, MaxImportAgeHours: 7 * 24), administrator, ct)).OrThrow();
    }

    /// <summary>What reviewers denied waits for an administrator; she lets half of it go. No connector is bound, so a person has to act in the source.</summary>
    private async Task DeniedAsync(CancellationToken ct)
    {
        List<Guid> held;
        await using (var db = await OpenAsync(ct))
            held = await db.RevocationOrders.Where(o => o.State == OrderState.Held).OrderBy(o => o.Id).Select(o => o.Id).ToListAsync(ct);
        await Get<RevocationService>().ApproveAsync(held.Take((held.Count + 1) / 2).ToList(), administrator, ct);
        await Get<StepRunner>().PumpAsync(ct);
        await CatchUpAsync(ct);
    }

    /// <summary>The console runs on, day by day: a notice only runs while it does.</summary>
    private async Task DaysAsync(int from, int to, CancellationToken ct)
    {
        for (var day = from; day > to; day--)
        {
            At(day);
            await Get<StepRunner>().PumpAsync(ct);
        }
    }

    private async Task SweepAsync(CancellationToken ct)
    {
        await using (var db = await OpenAsync(ct))
        {
            var spared = await db.Identities.Where(i => i.OwnerState == OwnerState.None && i.UnownedSince < now.AddDays(-40)).OrderBy(i => i.DisplayName).Select(i => i.Id).FirstAsync(ct);
            (await Get<BrakeService>().ExemptAsync(spared, "Break-glass access of the service desk; its owner is being named.", now.AddDays(45), administrator, ct)).OrThrow();
        }

        At(days: 1);
        await Get<StepRunner>().PumpAsync(ct);
        At(days: 0.05);
        await Get<StepRunner>().PumpAsync(ct);
        var seen = (await Get<SweepService>().RunAsync(dryRun: true, administrator, ct)).OrThrow();
        (await Get<SweepService>().RunAsync(dryRun: false, administrator, ct, seen.PlanHash)).OrThrow();
        await CatchUpAsync(ct);
    }
}
