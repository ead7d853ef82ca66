using Bunit;
using Governance.Common;
using Governance.Inventory;
using Governance.Ownership;
using Governance.People;
using Governance.Web.Features.Owners;
using Governance.Web.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Governance.Web.Tests.Owners;

public sealed class OwnerPagesTests
{
    [Fact]
    public async Task The_likeliest_owners_are_asked_with_one_press_and_each_reason_is_shown()
    {
        await using var context = await PageContext.OpenAsync(Roles.SecurityEngineer);
        var bob = await PersonAsync(context, "Bob Builder");
        var identity = await HintedAsync(context, "connector", bob.Mail!);
        await context.Get<ProposalService>().ComputeAllAsync(CancellationToken.None);
        var page = context.Render<WorkPage>();
        page.WaitForElement("tbody tr").TextContent.ShouldContain("Bob Builder is named as owner by");
        page.Find(".confidence").TextContent.ShouldBe("Likely");
        _ = page.Find(".ask button").ClickAsync(new());
        await context.AnswerAsync("Ask");
        context.Says("1 people were asked about 1 identity.");
        await using var db = await context.OpenAsync();
        (await db.Identities.SingleAsync(i => i.Id == identity.Id)).OwnerState.ShouldBe(OwnerState.Proposed);
    }

    [Fact]
    public async Task An_auditor_sees_what_has_no_owner_and_no_button()
    {
        await using var context = await PageContext.OpenAsync(Roles.Auditor);
        var bob = await PersonAsync(context, "Bob Builder");
        await HintedAsync(context, "connector", bob.Mail!);
        await context.Get<ProposalService>().ComputeAllAsync(CancellationToken.None);
        var page = context.Render<WorkPage>();
        page.WaitForElement("tbody tr");
        page.FindAll("tbody button").ShouldBeEmpty();
        page.FindAll(".ask").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_rule_shows_what_it_would_do_before_it_is_made()
    {
        await using var context = await PageContext.OpenAsync(Roles.SecurityEngineer);
        await PersonAsync(context, "Bob Builder");
        await context.IdentityAsync("ml-prod/indexer");
        await context.IdentityAsync("web/front");
        var page = context.Render<RulesPage>();
        await page.WaitForElement(".page-actions button").ClickAsync(new());
        await page.Find("#rule-name").ChangeAsync(new() { Value = "ML namespaces" });
        await page.Find("#rule-pattern").ChangeAsync(new() { Value = "ml-*" });
        page.Find("#rule-person").Input("Bob");
        await page.WaitForElement(".hits button").ClickAsync(new());
        page.WaitForAssertion(() => page.Find(".rule-preview").TextContent.ShouldContain("1 of 1 that match would be asked about"));
        page.Find(".preview-list").TextContent.ShouldContain("ml-prod/indexer");
        await page.FindAll(".save button")[0].ClickAsync(new());
        page.WaitForAssertion(() => page.Find("tbody").TextContent.ShouldContain("name ml-*"));
        await page.Find("tbody .answers button").ClickAsync(new());
        page.WaitForElement(".rule-history").TextContent.ShouldContain("made the rule");
    }

    [Fact]
    public async Task One_press_hands_over_everything_that_a_leaver_left()
    {
        await using var context = await PageContext.OpenAsync(Roles.SecurityEngineer);
        var (gone, bob) = (await PersonAsync(context, "Gone Girl"), await PersonAsync(context, "Bob Builder"));
        var identities = new[] { await context.IdentityAsync("one"), await context.IdentityAsync("two") };
        var asGone = new Actor(ActorKind.Person, "gone", gone.Name, gone.Id);
        await context.Get<OwnershipService>().AssignAsync([.. identities.Select(i => i.Id)], gone.Id, null, asGone, CancellationToken.None);
        await using (var db = await context.OpenAsync())
        {
            await db.People.Where(p => p.Id == gone.Id).ExecuteUpdateAsync(s => s.SetProperty(p => p.Status, PersonStatus.Left));
            await db.OwnerAssignments.ExecuteUpdateAsync(s => s.SetProperty(a => a.State, AssignmentState.Orphaned));
            await db.Identities.ExecuteUpdateAsync(s => s.SetProperty(i => i.OwnerState, OwnerState.Orphaned));
        }

        context.Get<NavigationManager>().NavigateTo($"/owners/succession?person={gone.Id:D}");
        var page = context.Render<SuccessionPage>();
        page.WaitForElement("#all").Input("Bob");
        await page.WaitForElement(".hits button").ClickAsync(new());
        page.WaitForAssertion(() => page.Find(".hand-over").TextContent.ShouldContain("2 of 2 have a successor chosen"));
        await page.Find(".hand-over button").ClickAsync(new());
        context.Says("1 successor was asked to take on 2 identities.");
        (await context.Get<OwnershipQueries>().ProposalsForAsync(bob.Id, CancellationToken.None)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_policy_is_refused_in_words_where_its_days_are_out_of_order()
    {
        await using var context = await PageContext.OpenAsync(Roles.Administrator);
        var page = context.Render<PolicyPage>();
        await page.WaitForElement("#remind").ChangeAsync(new() { Value = "30" });
        await page.FindAll("button").Single(b => b.TextContent.Trim() == "Save").ClickAsync(new());
        page.WaitForAssertion(() => page.Markup.ShouldContain("First the reminder, then the manager"));
        await page.Find("#remind").ChangeAsync(new() { Value = "3" });
        await page.FindAll("button").Single(b => b.TextContent.Trim() == "Save").ClickAsync(new());
        context.Says("The policy is kept.");
        (await context.Get<PolicyService>().GetAsync(CancellationToken.None)).RemindDays.ShouldBe(3);
    }

    [Fact]
    public async Task The_panel_names_whoever_runs_it_and_shows_who_is_likely()
    {
        await using var context = await PageContext.OpenAsync(Roles.SecurityEngineer);
        var bob = await PersonAsync(context, "Bob Builder");
        var identity = await HintedAsync(context, "connector", bob.Mail!);
        await context.Get<ProposalService>().ComputeAllAsync(CancellationToken.None);
        (await context.Get<RoleService>().NameAsync([identity.Id], OwnerRole.Technical, new Nomination(bob.Id, null, "Platform"), Actor.CommandLine("eve"), CancellationToken.None)).Single().Refusal.ShouldBeNull();
        var panel = context.Render<OwnerPanel>(p => p.Add(x => x.IdentityId, identity.Id));
        panel.WaitForElement(".owner-roles").TextContent.ShouldContain("Bob Builder for Platform");
        panel.Find(".likely").TextContent.ShouldContain("is named as owner by");
        await panel.Find(".likely button").ClickAsync(new());
        context.Says("Bob Builder was asked to own 1 identity.");
        await panel.FindAll(".role-actions button").Single(b => b.GetAttribute("aria-label") == "Take out the technical owner").ClickAsync(new());
        panel.WaitForAssertion(() => panel.Find(".owner-roles").TextContent.ShouldNotContain("Bob Builder"));
    }

    private static async Task<Person> PersonAsync(PageContext context, string name)
    {
        var now = TimeProvider.System.Now();
        var person = new Person { Id = Ids.New(now), ExternalId = name, Name = name, Mail = name.ToLowerInvariant().Replace(' ', '.') + "@example.com", FirstSeenAt = now, LastSeenAt = now, ContentHash = "x" };
        await context.SaveAsync(db => db.Add(person));
        return person;
    }

    private static async Task<Identity> HintedAsync(PageContext context, string name, string hint)
    {
        var identity = await context.IdentityAsync(name);
        await using var db = await context.OpenAsync();
        await db.Identities.Where(i => i.Id == identity.Id).ExecuteUpdateAsync(s => s.SetProperty(i => i.OwnerHint, hint));
        return identity;
    }
}
