using Governance.Campaigns;
using Governance.Common;
using Governance.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Governance.Web.Features.Campaigns;

/// <summary>
/// The reviewer's page: one item has the focus, the others are a line each. Every answer is saved at once and can be undone; nothing is preselected, and
/// a refusal keeps what was typed.
/// </summary>
public sealed partial class ReviewPage(ReviewQueries queries, ReviewService service, HandOverService handOver, SignOffService signOff, CurrentActor actor, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan TypicalPace = TimeSpan.FromSeconds(20);
    private readonly Stack<(Guid ItemId, string Text)> undoable = new();
    private DotNetObjectReference<ReviewPage>? self;
    private IJSObjectReference? module;
    private IJSObjectReference? keys;
    private ReviewSheet? sheet;
    private ReviewDetail? detail;
    private ReviewDraft draft = new();
    private Asking asking;
    private Refusal? refusal;
    private Guid focused;
    private DateTimeOffset begun;
    private DateTimeOffset opened;
    private int answered;
    private Guid? me;
    private int here;
    private bool loaded;
    private bool busy;
    private bool table;
    private bool help;

    [Parameter]
    public Guid CampaignId { get; set; }

    /// <summary>The item to begin with, from a link.</summary>
    [SupplyParameterFromQuery(Name = "item")]
    private Guid? Item { get; set; }

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    private TimeProvider Clock => clock;

    private IEnumerable<ReviewLine> Lines => sheet?.Groups.SelectMany(g => g.Lines) ?? [];

    private bool Open => sheet is { State: CampaignState.Running } && sheet.DueAt >= clock.GetUtcNow();

    private int Decided => sheet!.Decided;

    private int Left => sheet!.Total - Decided;

    private bool Always => sheet!.Settings.JustificationAlways;

    private static bool Waits(ReviewLine line) => line.Verdict is null && line.State == TaskState.Asked;

    private (Guid ItemId, string Text)? lastUndo => undoable.TryPeek(out var last) ? last : null;

    private int MinutesLeft
    {
        get
        {
            var pace = here >= 3 ? (clock.GetUtcNow() - begun) / here : TypicalPace;
            return Math.Max(1, (int)Math.Ceiling(pace.TotalMinutes * Left));
        }
    }

    /// <summary>A key of the page, from the script.</summary>
    [JSInvokable]
    public Task KeyAsync(string key) => InvokeAsync(async () =>
    {
        await OnKeyAsync(key);
        StateHasChanged();
    });

    /// <summary>
    /// An answer from the page's outbox. It is for the item that was open when it was given, and comes once: sent again after a broken connection, its number is known.
    /// </summary>
    [JSInvokable]
    public Task AnswerAsync(string key, string item, int number) => InvokeAsync(async () =>
    {
        if (number <= answered)
            return;
        if (busy)
            throw new InvalidOperationException("Not yet: another answer is being saved.");
        answered = number;
        if (!Guid.TryParse(item, out var id) || id != focused)
            return;
        await OnKeyAsync(key);
        StateHasChanged();
    });

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (keys is not null)
                await keys.InvokeVoidAsync("stop");
            if (module is not null)
                await module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and its listeners with it.
        }

        self?.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        begun = clock.GetUtcNow();
        await LoadAsync();
        loaded = true;
        var first = Lines.FirstOrDefault(l => l.ItemId == Item) ?? Lines.FirstOrDefault(Waits) ?? Lines.FirstOrDefault();
        if (first is not null)
            await FocusAsync(first.ItemId);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        module = await Js.InvokeAsync<IJSObjectReference>("import", "/js/review.js");
        self = DotNetObjectReference.Create(this);
        keys = await module.InvokeAsync<IJSObjectReference>("listen", self);
        await RestoreAsync();
        StateHasChanged();
    }

    private async Task LoadAsync()
    {
        var by = await actor.GetAsync();
        me = by.PersonId;
        sheet = by.PersonId is { } person ? await queries.SheetAsync(CampaignId, person, CancellationToken.None) : null;
    }

    private Task OnKeyAsync(string key) => key switch
    {
        "?" => Toggle(),
        "Escape" => Escape(),
        _ when busy || sheet is null => Task.CompletedTask,
        "z" => UndoAsync(),
        _ when table => Task.CompletedTask,
        "Submit" => asking == Asking.Nothing ? Task.CompletedTask : SendAsync(),
        "j" => StepAsync(1),
        "k" => StepAsync(-1),
        "c" => AskAsync(Asking.Certify),
        "r" => AskAsync(Asking.Reduce),
        "x" => AskAsync(Asking.Revoke),
        "d" => AskAsync(Asking.DontKnow),
        "o" => AskAsync(Asking.HandOn),
        _ => Task.CompletedTask,
    };

    private async Task SignAsync(bool sign)
    {
        var by = await actor.GetAsync();
        refusal = (sign ? await signOff.SignAsync(CampaignId, by, CancellationToken.None) : await signOff.TakeBackAsync(CampaignId, by, CancellationToken.None)).Refusal;
        await LoadAsync();
    }

    private Task Toggle()
    {
        help = !help;
        return Task.CompletedTask;
    }

    private Task Escape()
    {
        Cancel();
        help = false;
        return Task.CompletedTask;
    }

    private void Cancel()
    {
        (asking, refusal, draft) = (Asking.Nothing, null, new ReviewDraft());
    }

    private Task StepAsync(int step)
    {
        var all = Lines.ToList();
        var at = all.FindIndex(l => l.ItemId == focused) + step;
        return at >= 0 && at < all.Count ? FocusAsync(all[at].ItemId) : Task.CompletedTask;
    }

    private async Task FocusAsync(Guid itemId)
    {
        Cancel();
        (focused, detail, opened) = (itemId, null, clock.GetUtcNow());
        await LoadDetailAsync();
        await RestoreAsync();
        if (module is not null)
            await module.InvokeVoidAsync("reveal", "item-" + itemId);
    }

    // What was typed before the page had to be loaded again.
    private async Task RestoreAsync()
    {
        if (module is null || !Open || asking != Asking.Nothing || ReviewDraft.FromKept(await module.InvokeAsync<string?>("kept", focused.ToString("D"))) is not { } kept)
            return;
        if (Lines.FirstOrDefault(l => l.ItemId == focused) is { } line && Waits(line))
            (asking, draft) = kept;
        else
            await ForgetAsync(focused);
    }

    private async Task ForgetAsync(Guid itemId)
    {
        if (module is not null)
            await module.InvokeVoidAsync("forget", itemId.ToString("D"));
    }

    private async Task LoadDetailAsync() => detail = await queries.DetailAsync(focused, await actor.GetAsync(), CancellationToken.None);

    private Task OpenFromTableAsync(Guid itemId)
    {
        table = false;
        return FocusAsync(itemId);
    }

    /// <summary>Sends at once what needs nothing more; asks for the rest in place.</summary>
    private async Task AskAsync(Asking what)
    {
        if (!Open || busy || detail is null || asking == what || detail.Line.State == TaskState.Freed || (what == Asking.Reduce && detail.Line.Target != ItemTarget.Identity))
            return;
        (refusal, asking) = (null, what);
        var atOnce = !Always && (what == Asking.DontKnow || (what == Asking.Certify && !sheet!.JustificationOnCertify));
        if (atOnce)
        {
            await SendAsync();
            return;
        }

        StateHasChanged();
        if (module is null)
            return;
        await module.InvokeVoidAsync("focus", what == Asking.HandOn ? "hand-on-to" : what == Asking.Reduce ? (detail.Grants.Count > 0 ? "reduce-first" : "ends-on") : "reason");
        await module.InvokeVoidAsync("reveal", "answer-panel");
    }

    private async Task SendAsync()
    {
        if (busy || detail is null || asking == Asking.Nothing)
            return;
        busy = true;
        try
        {
            refusal = asking == Asking.HandOn ? await HandOnAsync(detail) : await DecideAsync(detail, ReviewDraft.VerdictOf(asking)!.Value);
        }
        finally
        {
            busy = false;
        }

        if (refusal is { Code: "review.changed" or "review.conflict" })
            await ReloadFocusedAsync();
    }

    private async Task<Refusal?> DecideAsync(ReviewDetail shown, Verdict verdict)
    {
        var line = Lines.First(l => l.ItemId == focused);
        var command = new Decide(line.ItemId, shown.Line.Version, verdict, draft.Reason, shown.Line.ContentHash, [.. draft.Grants], await actor.GetAsync())
        {
            ExpiresAt = verdict == Verdict.Reduce && draft.EndsOn is { } day ? new DateTimeOffset(day.ToDateTime(new TimeOnly(23, 59, 59)), TimeSpan.Zero) : null,
            OpenFor = clock.GetUtcNow() - opened,
        };
        var outcome = await service.DecideAsync(command, CancellationToken.None);
        if (outcome.IsRefused)
            return outcome.Refusal;
        if (line.Verdict is null)
            here++;
        await ForgetAsync(line.ItemId);
        undoable.Push((line.ItemId, $"{line.Name} {Words.Of(verdict)}"));
        Replace(line with { Verdict = verdict, Version = outcome.Value });
        await NextAsync(line.ItemId);
        return null;
    }

    private async Task<Refusal?> HandOnAsync(ReviewDetail shown)
    {
        var item = focused;
        var outcome = await handOver.NotMineAsync(item, shown.Line.Version, draft.To, draft.Reason, draft.ProposeOwner, await actor.GetAsync(), CancellationToken.None);
        if (outcome.IsRefused)
            return outcome.Refusal;
        await ForgetAsync(item);
        var next = NextOf(item);
        await LoadAsync();
        if (next is { } id && Lines.Any(l => l.ItemId == id))
            await FocusAsync(id);
        else
            Cancel();
        return null;
    }

    private Task NextAsync(Guid after) => NextOf(after) is { } next ? FocusAsync(next) : FocusAsync(after);

    // The next undecided one further down, else the first one above.
    private Guid? NextOf(Guid after)
    {
        var all = Lines.ToList();
        var at = all.FindIndex(l => l.ItemId == after);
        return (all.Skip(at + 1).FirstOrDefault(Waits) ?? all.Take(Math.Max(0, at)).FirstOrDefault(Waits))?.ItemId;
    }

    private async Task UndoAsync()
    {
        if (!Open || !undoable.TryPop(out var last))
            return;
        await WithdrawAsync(last.ItemId);
    }

    private Task UndoFocusedAsync() => Open ? WithdrawAsync(focused) : Task.CompletedTask;

    private async Task WithdrawAsync(Guid itemId)
    {
        if (Lines.FirstOrDefault(l => l.ItemId == itemId) is not { } line)
            return;
        await ForgetAsync(itemId);
        var outcome = await service.WithdrawDecisionAsync(itemId, line.Version, await actor.GetAsync(), CancellationToken.None);
        if (!outcome.IsRefused)
            Replace(line with { Verdict = null, Version = outcome.Value });
        await FocusAsync(itemId);
        refusal = outcome.Refusal;
        if (outcome.IsRefused)
            await ReloadFocusedAsync();
    }

    private async Task<IReadOnlyList<ItemOutcome>> DecideManyAsync(IReadOnlyList<ReviewLine> lines, Verdict verdict, string? reason)
    {
        busy = true;
        try
        {
            var items = lines.Select(l => new BulkItem(l.ItemId, l.Version, l.ContentHash)).ToList();
            var outcomes = await service.DecideManyAsync(new DecideMany(items, verdict, reason, await actor.GetAsync()), CancellationToken.None);
            var names = lines.ToDictionary(l => l.ItemId, l => l.Name);
            foreach (var done in outcomes.Where(o => o.Refusal is null))
                undoable.Push((done.Id, $"{names[done.Id]} {Words.Of(verdict)}"));
            await LoadAsync();
            return outcomes;
        }
        finally
        {
            busy = false;
            StateHasChanged();
        }
    }

    // The reason and the choice stay: only what is shown is renewed.
    private async Task ReloadFocusedAsync()
    {
        await LoadDetailAsync();
        if (detail is not null && Lines.Any(l => l.ItemId == focused))
            Replace(detail.Line);
        draft.Grants.IntersectWith(detail?.Grants.Select(g => g.Id) ?? []);
    }

    private void Replace(ReviewLine line)
    {
        if (sheet is null)
            return;
        var groups = sheet.Groups.Select(g => g with { Lines = g.Lines.Select(l => l.ItemId == line.ItemId ? line : l).ToList() }).ToList();
        var before = Waits(Lines.First(l => l.ItemId == line.ItemId)) ? 0 : 1;
        sheet = sheet with { Groups = groups, Decided = sheet.Decided - before + (Waits(line) ? 0 : 1) };
    }
}
