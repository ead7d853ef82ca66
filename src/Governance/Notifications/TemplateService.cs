using Governance.Audit;
using Governance.Common;
using Governance.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Governance.Notifications;

/// <summary>A wording, and whether it is the shipped one.</summary>
public sealed record TemplateView(string Kind, string Subject, string Body, bool Shipped, DateTimeOffset? ChangedAt, string? ChangedBy);

/// <summary>The wording of mails, by kind. Administrators change it; what can't be filled is refused when it is kept, not when it is sent.</summary>
public sealed class TemplateService(IDbContextFactory<GovernanceDb> contexts, AuditLog audit, TimeProvider clock, ConsoleLinks links)
{
    private const int LongestSubject = 200;
    private const int LongestBody = 8000;
    private const string ShippedSubject = "{title}";
    private const string ShippedBody = "Hello {name},\n\n{title}\n\n{body}\n\n{due}\n\nYou sign in there:\n\n{link}";
    private const string DigestSubject = "{count} messages from the governance console";
    private const string DigestBody = "Hello {name},\n\nthis came since the last mail to you:\n\n{list}\n\nAll of it is in your inbox, too:\n\n{link}";

    /// <summary>The placeholders of a kind, each with what stands there.</summary>
    public static IReadOnlyDictionary<string, string> PlaceholdersOf(string kind) => kind == MessageKinds.Digest
        ? new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["name"] = "the reader's name",
            ["count"] = "how many messages",
            ["list"] = "the messages, each with title, text and link",
            ["link"] = "the inbox in the console",
            ["console"] = "the console's address",
        }
        : new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["name"] = "the reader's name",
            ["title"] = "what happened, in one line",
            ["body"] = "what happened and what to do",
            ["due"] = "until when an answer counts; empty where nothing ends",
            ["link"] = "where it is done in the console",
            ["kind"] = "the kind of message",
            ["console"] = "the console's address",
        };

    /// <summary>Every kind with the wording that holds.</summary>
    public async Task<IReadOnlyList<TemplateView>> ListAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var newest = await NewestAsync(db, ct);
        return [.. MessageKinds.All.Select(k => k.Code).Append(MessageKinds.Digest).Select(k => View(k, newest.GetValueOrDefault(k)))];
    }

    /// <summary>The wordings that a kind has had, newest first.</summary>
    public async Task<IReadOnlyList<TemplateView>> HistoryAsync(string kind, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return (await db.MessageTemplates.AsNoTracking().Where(t => t.Kind == kind).OrderByDescending(t => t.Number).Take(50).ToListAsync(ct)).ConvertAll(t => View(kind, t));
    }

    /// <summary>Keeps a wording. A placeholder that does not exist is refused, with its place.</summary>
    public async Task<Outcome<Done>> SaveAsync(string kind, string subject, string body, Actor by, CancellationToken ct)
    {
        if (Roles.Require(by, Roles.Administrator) is { } notAllowed)
            return notAllowed;
        var read = Read(kind, subject, body);
        return read.IsRefused ? read.Refusal : await AddAsync(kind, StorableText.Clean(subject.Trim()), StorableText.Clean(body.ReplaceLineEndings("\n").Trim('\n')), by, ct);
    }

    /// <summary>Goes back to the shipped wording.</summary>
    public async Task<Outcome<Done>> ResetAsync(string kind, Actor by, CancellationToken ct) =>
        Roles.Require(by, Roles.Administrator) is { } notAllowed ? notAllowed : !Exists(kind) ? Unknown(kind) : await AddAsync(kind, null, null, by, ct);

    /// <summary>The letter with sample data, as it would be sent.</summary>
    public Outcome<Letter> Preview(string kind, string subject, string body)
    {
        var read = Read(kind, subject, body);
        if (read.IsRefused)
            return read.Refusal;
        var console = links.Base ?? new Uri("https://console.example.com");
        var now = clock.Now();
        if (kind == MessageKinds.Digest)
            return Letters.Digest(read.Value, "Ada Lovelace", [.. MessageKinds.All.Take(3).Select(k => Sample(k, now))], console);
        return Letters.Of(read.Value, Sample(MessageKinds.Find(kind)!, now), now.AddDays(14), TimeZoneInfo.Utc, console);
    }

    /// <summary>The wordings that hold, ready to be filled. One that can't be read any more gives way to the shipped one.</summary>
    internal async Task<Func<string, MailTemplate>> LoadAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var newest = await NewestAsync(db, ct);
        return kind => newest.GetValueOrDefault(kind) is { Subject: { } subject, Body: { } body } && Read(kind, subject, body) is { IsRefused: false } own ? own.Value : Shipped(kind);
    }

    private static OutgoingMessage Sample(MessageKind kind, DateTimeOffset now) => new(Guid.Empty, "ada@example.com", "Ada Lovelace", kind.Code, kind.SampleTitle, kind.SampleBody, kind.SampleLink, now);

    private static bool Exists(string kind) => kind == MessageKinds.Digest || MessageKinds.Find(kind) is not null;

    private static Refusal Unknown(string kind) => new("template.kind", $"There is no kind of message '{kind}'.");

    private static async Task<Dictionary<string, MessageTemplate>> NewestAsync(GovernanceDb db, CancellationToken ct) =>
        await db.MessageTemplates.AsNoTracking().Where(t => !db.MessageTemplates.Any(o => o.Kind == t.Kind && o.Number > t.Number)).ToDictionaryAsync(t => t.Kind, StringComparer.Ordinal, ct);

    private static (string Subject, string Body) ShippedText(string kind) => kind == MessageKinds.Digest ? (DigestSubject, DigestBody) : (ShippedSubject, ShippedBody);

    private static MailTemplate Shipped(string kind)
    {
        var (subject, body) = ShippedText(kind);
        var known = PlaceholdersOf(kind).Keys.ToList();
        return new MailTemplate(TemplateText.Parse(subject, known, "subject").OrThrow(), TemplateText.Parse(body, known, "body").OrThrow());
    }

    private static TemplateView View(string kind, MessageTemplate? row)
    {
        var (subject, body) = ShippedText(kind);
        return new TemplateView(kind, row?.Subject ?? subject, row?.Body ?? body, row?.Subject is null, row?.ChangedAt, row?.ChangedBy);
    }

    private static Outcome<MailTemplate> Read(string kind, string subject, string body)
    {
        if (!Exists(kind))
            return Unknown(kind);
        if (subject.Trim().Length is 0 or > LongestSubject || subject.Trim().Any(char.IsControl))
            return new Refusal("template.subject", $"The subject is one line of at most {LongestSubject} characters.", "subject");
        if (string.IsNullOrWhiteSpace(body) || body.Length > LongestBody)
            return new Refusal("template.body", "The text is empty or longer than 8,000 characters.", "body");
        var known = PlaceholdersOf(kind).Keys.ToList();
        // A list or many lines in a subject would only be cut.
        var head = TemplateText.Parse(subject.Trim(), known.Where(k => k is not ("list" or "body")).ToList(), "subject");
        if (head.IsRefused)
            return head.Refusal;
        var text = TemplateText.Parse(body, known, "body");
        return text.IsRefused ? text.Refusal : new MailTemplate(head.Value, text.Value);
    }

    private async Task<Outcome<Done>> AddAsync(string kind, string? subject, string? body, Actor by, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.InTransactionAsync<Done>(async () =>
        {
            var now = clock.Now();
            var last = await db.MessageTemplates.AsNoTracking().Where(t => t.Kind == kind).OrderByDescending(t => t.Number).FirstOrDefaultAsync(ct);
            if (last?.Subject == subject && last?.Body == body)
                return Done.Value;
            db.MessageTemplates.Add(new MessageTemplate { Id = Ids.New(now), Kind = kind, Number = (last?.Number ?? 0) + 1, Subject = subject, Body = body, ChangedAt = now, ChangedBy = by.Name });
            await audit.AppendAsync(db, by, now, new AuditDraft(AuditActions.TemplateChanged, Subjects.Notifications, "template:" + kind, null, new { kind, subject = subject ?? "shipped", body = body ?? "shipped" }), ct);
            return Done.Value;
        }, ct);
    }
}
