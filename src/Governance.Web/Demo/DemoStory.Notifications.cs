using Governance.Common;
using Governance.Notifications;
using Microsoft.EntityFrameworkCore;

namespace Governance.Web.Demo;

/// <content>How people are told: times, wording, a room that is not switched on yet, and what the mail server said in ten weeks.</content>
internal sealed partial class DemoStory
{
    private async Task NotificationsAsync(CancellationToken ct)
    {
        (await Get<ChoiceService>().SetDefaultsAsync(new DeliverySchedule(Rhythm.Immediate, 8, DayOfWeek.Monday, "Europe/Berlin", 19 * 60, 7 * 60), administrator, ct)).OrThrow();
        var aiko = await ActorAsync(DemoPeople.OwnerInData, ct);
        (await Get<ChoiceService>().SaveAsync(new DeliverySchedule(Rhythm.Daily, 9, DayOfWeek.Monday, "Asia/Tokyo", null, null), ["owner.claim-refused"], aiko, ct)).OrThrow();
        (await Get<TemplateService>().SaveAsync("owner.asked", "[Larkfield] {title}", "Hello {name},\n\n{title}\n\n{body}\n\n{due}\n\n{link}\n\nQuestions? Ask the identity team in #identity-help.", administrator, ct)).OrThrow();
        (await Get<ChannelService>().SaveAsync(null, new ChannelChange("Security room", "slack", "https://hooks.slack.example/services/T0LARK/B0DEMO/not-a-real-one", string.Empty, false, ["owner.escalated", "revocation.notice", "directory.held"], Enabled: false), administrator, ct)).OrThrow();
    }

    /// <summary>The ledger as a mail server would have filled it; the demo itself sends nothing.</summary>
    private async Task LedgerAsync(CancellationToken ct)
    {
        await using var db = await OpenAsync(ct);
        var told = await db.Messages.AsNoTracking().OrderBy(m => m.CreatedAt).Take(400).Select(m => new { m.Id, m.PersonId, m.Kind, m.CreatedAt }).ToListAsync(ct);
        foreach (var (message, n) in told.Select((m, n) => (m, n)))
        {
            var (state, attempts, why) = (n % 29, n % 17) switch
            {
                (7, _) => (DeliveryState.Failed, 1, "mail.larkfield.example answered 550: 5.1.1 no such mailbox"),
                (_, 5) when !MessageKinds.IsDuty(message.Kind) => (DeliveryState.Skipped, 0, "read in the console before"),
                (11, _) => (DeliveryState.Sent, 3, null),
                _ => (DeliveryState.Sent, 1, (string?)null),
            };
            db.MessageDeliveries.Add(new MessageDelivery
            {
                Id = Ids.New(message.CreatedAt),
                MessageId = message.Id,
                PersonId = message.PersonId,
                Channel = DeliveryService.Mail,
                State = state,
                Attempts = attempts,
                NextAt = message.CreatedAt,
                EndedAt = message.CreatedAt.AddMinutes(attempts > 1 ? 6 : 1),
                LastError = why,
            });
        }

        await db.SaveChangesAsync(ct);
    }
}
