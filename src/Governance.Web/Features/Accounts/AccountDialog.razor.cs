using Governance.Accounts;
using Governance.Common;
using Governance.Persistence;
using Governance.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using MudBlazor;

namespace Governance.Web.Features.Accounts;

/// <summary>Adds or changes one account.</summary>
public sealed partial class AccountDialog(AccountService service, PersonChoices people, CurrentActor actor)
{
    private readonly HashSet<string> roles = new(StringComparer.Ordinal);
    private string userName = string.Empty;
    private string displayName = string.Empty;
    private string password = string.Empty;
    private PersonChoice? person;
    private Refusal? refusal;
    private bool busy;

    /// <summary>The account to change; null adds one.</summary>
    [Parameter]
    public AccountRow? Account { get; set; }

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = default!;

    protected override void OnInitialized()
    {
        if (Account is null)
            return;
        roles.UnionWith(Account.Roles);
        person = Account.PersonId is { } id ? new PersonChoice(id, Account.PersonName ?? "?") : null;
    }

    private void Switch(string role, bool on) => _ = on ? roles.Add(role) : roles.Remove(role);

    private async Task<IEnumerable<PersonChoice>> SearchAsync(string text, CancellationToken ct) => await people.FindAsync(text, ct);

    private async Task SaveAsync()
    {
        busy = true;
        refusal = await SaveAsync(await actor.GetAsync());
        busy = false;
        if (refusal is null)
            Dialog.Close();
    }

    private async Task<Refusal?> SaveAsync(Actor by)
    {
        var ct = CancellationToken.None;
        if (Account is null)
            return (await service.CreateAsync(new NewAccount(userName, displayName, password, [.. roles], person?.Id), by, ct)).Refusal;
        if (!roles.SetEquals(Account.Roles) && (await service.SetRolesAsync(Account.Id, [.. roles], by, ct)).Refusal is { } onRoles)
            return onRoles;
        if (person?.Id != Account.PersonId && (await service.MatchPersonAsync(Account.Id, person?.Id, by, ct)).Refusal is { } onPerson)
            return onPerson;
        return password.Length == 0 ? null : (await service.SetPasswordAsync(Account.Id, password, by, ct)).Refusal;
    }
}

/// <summary>A person to choose.</summary>
public sealed record PersonChoice(Guid Id, string Name);

/// <summary>Finds people by name or mail for a choice field.</summary>
public sealed class PersonChoices(IDbContextFactory<GovernanceDb> contexts)
{
    public async Task<IReadOnlyList<PersonChoice>> FindAsync(string? text, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var like = (text ?? string.Empty).Trim();
        return await db.People.AsNoTracking()
            .Where(p => p.Status == Governance.People.PersonStatus.Active && (like == string.Empty || p.Name.Contains(like) || p.Mail!.Contains(like)))
            .OrderBy(p => p.Name).Take(12).Select(p => new PersonChoice(p.Id, p.Name + (p.Mail == null ? string.Empty : " · " + p.Mail))).ToListAsync(ct);
    }
}
